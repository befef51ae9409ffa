import { MESSAGE_KINDS } from "@waystation/whatsapp/webhooks/content/message-kind";
import { z } from "zod";
import { count, moment, named, nextCursor, text } from "./common-schemas.ts";

const kind = z.enum(MESSAGE_KINDS);
const direction = z.enum(["in", "out"]);
const windowClosesAt = moment
  .nullable()
  .describe("Until then free answers are possible; null where the customer never wrote.");

const ranges = z
  .array(z.tuple([count, count]))
  .describe("Pairs of where it begins and ends, in UTF-16 units.");

export const conversationsSchema = z.object({
  items: z.array(
    named(
      "ConversationSummary",
      z.object({
        id: z.uuid(),
        connectionId: z.uuid(),
        contact: z.object({
          name: text.nullable(),
          username: text.nullable().describe("Of a contact without a name, the WhatsApp username."),
          address: text,
        }),
        ours: text,
        lastMessage: z.object({
          at: moment,
          preview: text.describe("Never empty: what the message is where it has no text."),
          direction,
          kind,
          status: text.nullable(),
        }),
        unread: count.describe("Messages that this key, or this person, has not marked as read."),
        isMentioned: z.boolean(),
        isOpen: z.boolean(),
        assigneeId: z.uuid().nullable(),
        windowClosesAt,
        matchedText: text
          .nullable()
          .describe(
            "With `search`: the line of the newest message that matched; null where only the contact did.",
          ),
        matchedRanges: ranges.describe("What matched in `matchedText`."),
        matchedMessageId: text
          .nullable()
          .describe("That message: `around` of the list of messages gives a page with it in the middle."),
        matchedAt: moment.nullable(),
        nameRanges: ranges.describe("With `search`: what matched in the contact's name."),
      }),
    ),
  ),
  nextCursor,
  searched: z
    .object({
      messagesSince: moment
        .nullable()
        .describe(
          "After an upgrade older messages are still being indexed: messages before this moment were not searched. Null where all were.",
        ),
      partsSince: moment
        .nullable()
        .describe(
          "Whole words are found in all messages, parts of words in the newest 5,000, which begin at this moment. Null where there is no such limit.",
        ),
    })
    .nullable()
    .describe("With `search`: what was searched."),
});

export const conversationSchema = named(
  "Conversation",
  z.object({
    id: z.uuid(),
    connectionId: z.uuid(),
    isConnected: z.boolean(),
    showsTyping: z.boolean(),
    ours: text,
    contact: z.object({
      name: text.nullable(),
      username: text.nullable(),
      address: text,
      addresses: z.array(text),
      since: moment,
      optOut: z
        .object({
          since: moment,
          why: z.enum(["asked", "refused", "blocked"]),
          words: text.nullable(),
          startWord: text.describe("What the contact can write to opt in again."),
        })
        .nullable(),
    }),
    assignee: z.object({ id: z.uuid(), name: text }).nullable(),
    isOpen: z.boolean(),
    attachmentProblem: text.nullable(),
    windowClosesAt,
  }),
);

export const optOutSettingsSchema = named(
  "OptOutSettings",
  z.object({
    languages: z.array(
      z.object({
        code: text.describe("ISO 639-1."),
        name: text,
        isOn: z.boolean(),
        stopWords: z.array(text),
        startWords: z.array(text),
      }),
    ),
    stopWords: z.array(text).describe("The organisation's own words for opting out."),
    startWords: z.array(text).describe("The organisation's own words for opting in again."),
    startWord: text.describe(
      "The word for opting in that is shown where the contact's language is not known.",
    ),
  }),
);

export const unreadSchema = z.object({ unread: count });
export const isOpenSchema = z.object({ isOpen: z.boolean() });
export const assigneeIdSchema = z.object({ assigneeId: z.uuid().nullable() });

const field = z.object({ name: text, value: text });

const details = named(
  "MessageDetails",
  z.object({
    messageType: text.nullable().describe("Twilio's own word, `MessageType`."),
    media: z.array(text).describe("The content types that Twilio declared, in its order."),
    location: z
      .object({
        latitude: z.number().nullable(),
        longitude: z.number().nullable(),
        text: text.nullable().describe("The coordinates as received, valid or not."),
        label: text.nullable(),
        address: text.nullable(),
      })
      .nullable(),
    choice: z
      .object({
        title: text,
        description: text.nullable(),
        payload: text.nullable().describe("`ButtonPayload`, or the id of the chosen row."),
        type: text.nullable(),
      })
      .nullable()
      .describe("The button that was pressed, or the row that was chosen."),
    call: z
      .object({ permission: z.enum(["accepted", "rejected"]).nullable() })
      .nullable()
      .describe("The answer to a request to call."),
    reaction: z
      .object({ emoji: text.nullable() })
      .nullable()
      .describe("Without an emoji, the reaction was taken back."),
    form: text.nullable().describe("What was filled in or ordered, as Twilio's JSON."),
    fields: z.array(field).describe("The same as names and values."),
    isForwarded: z.boolean(),
    isFrequentlyForwarded: z.boolean(),
    referral: z
      .object({
        headline: text.nullable(),
        body: text.nullable(),
        url: text.nullable(),
        sourceId: text.nullable(),
        sourceType: text.nullable(),
        clickId: text.nullable(),
        mediaId: text.nullable(),
        mediaType: text.nullable(),
        mediaUrl: text.nullable(),
      })
      .nullable()
      .describe("The advertisement or post that the message came from."),
    quoted: z
      .object({ id: text.nullable(), isOurs: z.boolean(), kind, body: text.nullable(), summary: text })
      .nullable()
      .describe("The message that it answers or reacts to; without an id where it is not stored here."),
    other: z.array(field).describe("Parameters of the webhook that have no place of their own yet."),
  }),
);

export const messageSchema = named(
  "Message",
  z.object({
    id: z.uuid(),
    direction,
    kind,
    body: text.nullable(),
    summary: text.describe("What the message is, in one line. Never empty."),
    status: text.describe(
      "`received`; or `queued`, `sending`, `sent`, `delivered`, `read`, `failed`, `undelivered`, and `uncertain` when nobody knows yet whether Twilio took it.",
    ),
    errorCode: count.nullable(),
    problem: text.nullable(),
    author: text.nullable().describe("Who sent it: a person's name, or an API key's."),
    details: details.nullable(),
    files: z.array(
      z.object({
        id: z.uuid(),
        url: text.describe("Of this server, for the same key or session."),
        type: text,
        name: text.nullable(),
        size: count.nullable(),
      }),
    ),
    asks: z.enum(["stop", "start"]).nullable(),
    twilioSid: text
      .nullable()
      .describe("As Twilio wrote it; null where it is not known whether it begins with `SM` or `MM`."),
    createdAt: moment,
  }),
);

export const messagesSchema = z.object({
  items: z.array(messageSchema),
  nextCursor,
  previousCursor: text
    .nullable()
    .describe(
      "For `after`: where the messages that are newer than this page begin; null where there are none.",
    ),
});

export const timelineSchema = z.array(z.object({ status: text, at: moment, errorCode: text.nullable() }));
