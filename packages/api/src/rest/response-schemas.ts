import { CHANNELS } from "@waystation/whatsapp/webhooks/content/channel";
import { MESSAGE_KINDS } from "@waystation/whatsapp/webhooks/content/message-kind";
import { z } from "zod";

/** What REST answers, as the OpenAPI document describes it. A test holds each to what the procedures really answer. */

const moment = z.iso.datetime();
const text = z.string();
const count = z.int();

/** Those that stand in the document under a name of their own. */
export const namedSchema = z.registry<{ id: string }>();
function name<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  namedSchema.add(schema, { id });
  return schema;
}

export const roleSchema = z.enum(["owner", "admin", "member"]);

export const accountSchema = name(
  "Account",
  z.object({
    sid: text,
    name: text,
    status: text.describe(
      "`active`, `suspended`, `closed`, another word of Twilio's, or `unknown` where Twilio did not say.",
    ),
    type: text.describe("`trial`, `full`, another word of Twilio's, or `unknown` where Twilio did not say."),
    relation: z.enum(["parent", "subaccount", "unknown"]),
  }),
);

const unchecked = z
  .array(z.object({ what: text, reason: text, message: text }))
  .describe(
    "What Twilio was asked and did not say: `what` is one of `account`, `messages`, `senders`, `services`, `service_senders`. It does not keep a sender from being connected.",
  );

const offlineReasons = z.array(z.object({ code: text, message: text.nullable(), moreInfo: text.nullable() }));

const senderWebhook = z.object({
  callbackUrl: text.nullable(),
  callbackMethod: text.nullable(),
  fallbackUrl: text.nullable(),
  fallbackMethod: text.nullable(),
  statusCallbackUrl: text.nullable(),
  statusCallbackMethod: text.nullable(),
});

export const verificationSchema = name(
  "Verification",
  z.object({
    account: accountSchema.extend({ ownerSid: text.nullable() }),
    token: z.object({ primary: z.boolean().nullable() }),
    permissions: z.object({
      account: z.boolean(),
      messages: z.boolean(),
      senders: z.boolean(),
      services: z.boolean(),
    }),
    senders: z.array(
      z.object({
        sid: text.nullable(),
        address: text,
        status: text.nullable(),
        offline: z.boolean().describe("In this state it cannot receive messages, nor be connected."),
        displayName: text.nullable(),
        qualityRating: text.nullable(),
        messagingLimit: text.nullable(),
        offlineReasons,
        webhook: senderWebhook.nullable(),
        connected: z.boolean(),
      }),
    ),
    services: z.array(
      z.object({
        sid: text,
        name: text,
        useInboundWebhookOnNumber: z.boolean(),
        senders: z.array(text),
        sendersUnchecked: z.boolean(),
        inboundRequestUrl: text.nullable(),
        inboundMethod: text.nullable(),
        statusCallback: text.nullable(),
        connected: z.boolean(),
      }),
    ),
    unchecked,
    proposedWebhook: z.object({
      callbackUrl: text.nullable(),
      callbackMethod: text.nullable(),
      statusCallbackUrl: text.nullable(),
      statusCallbackMethod: text.nullable(),
    }),
    webhookUrlProblem: text.nullable(),
  }),
);

export const connectionSchema = name(
  "Connection",
  z.object({
    id: z.uuid(),
    mode: z.enum(["live", "test"]),
    displayName: text.nullable(),
    isActive: z.boolean(),
    showsTyping: z.boolean(),
    account: accountSchema,
    sender: text.describe("`whatsapp:+…`, or the `MG…` SID of a Messaging Service."),
    senderSid: text.nullable(),
    messagingServiceSid: text.nullable(),
    poolSenders: z.array(text),
    senderStatus: text.nullable(),
    qualityRating: text.nullable(),
    messagingLimit: text.nullable(),
    offlineReasons,
    token: z
      .object({ lastFour: text.nullable(), setAt: moment.nullable(), primary: z.boolean().nullable() })
      .describe("Of the stored Auth Token: never more than its last four characters."),
    apiKeySid: text.nullable(),
    sharedKeys: z
      .array(
        z.object({
          keyId: text,
          algorithm: z.enum(["HMAC_SHA1", "HMAC_SHA256"]),
          lastFour: text,
          addedAt: moment,
          addedBy: text.nullable(),
          isReadable: z.boolean().describe("Whether the server's encryption keys open its secret."),
        }),
      )
      .describe(
        "Keys that Twilio signs webhooks with where a Webhook Rule names one: of each secret the last four characters.",
      ),
    webhookUrl: text,
    webhook: z.object({
      state: z.enum(["ours", "elsewhere", "unset", "unknown"]),
      actualUrl: text.nullable(),
      actualMethod: text.nullable(),
      setByUs: z.boolean(),
    }),
    verdict: z.enum(["working", "attention", "broken", "disconnected"]),
    verdictSentence: text,
    reasons: z.array(
      z.object({
        code: text,
        severity: z.enum(["attention", "broken"]),
        sentence: text,
        action: z
          .object({
            kind: z.enum([
              "recheck",
              "reconnect",
              "copy_url",
              "open_twilio",
              "send_message",
              "add_shared_key",
              "show_unrouted",
            ]),
            label: text,
            href: text.optional(),
            keyId: text.optional(),
          })
          .nullable(),
      }),
    ),
    unchecked,
    checkedAt: moment.nullable(),
    lastWebhookAt: moment.nullable(),
    lastValidSignatureAt: moment.nullable(),
    last24h: z.object({
      incoming: count,
      statuses: count,
      failed: count,
      rejected: count,
      ignored: count,
      unrouted: count,
      hours: z.array(z.object({ at: moment, incoming: count, statuses: count, failed: count })),
    }),
    unrouted: z
      .object({
        count,
        lastAt: moment.nullable(),
        channels: z.array(z.enum(CHANNELS)),
      })
      .describe(
        "Webhooks of the last 24 hours that were for no connection, such as SMS to the same number. `GET /api/events?outcome=unrouted` lists them.",
      ),
    createdAt: moment,
    disconnectedAt: moment.nullable(),
  }),
);

export const connectionsSchema = z.array(connectionSchema);

export const connectedSchema = connectionSchema.extend({
  reattached: z.boolean().describe("This sender was connected here before: its history goes on."),
  configured: z.object({
    applied: z.boolean(),
    changes: z.array(z.object({ setting: text, before: text.nullable(), after: text.nullable() })),
    problem: z.object({ reason: text, message: text }).nullable(),
  }),
});

export const disconnectedSchema = connectionSchema.extend({
  restored: z
    .object({ state: z.enum(["restored", "not_ours", "nothing_to_restore", "failed"]), message: text })
    .describe("What became of the sender's webhook settings at Twilio."),
});

const nextCursor = text
  .nullable()
  .describe("Give it as `cursor` to get the next page; null on the last one.");

export const eventsSchema = z.object({
  items: z.array(
    name(
      "Event",
      z.object({
        id: z.uuid(),
        connectionId: z.uuid(),
        kind: z.enum(["message", "status", "unknown"]),
        outcome: z.enum(["stored", "unrouted", "unprojected", "rejected"]),
        messageSid: text.nullable(),
        from: text.nullable(),
        to: text.nullable(),
        status: text.nullable(),
        errorCode: text.nullable(),
        messageType: text.nullable(),
        body: text.nullable(),
        summary: text.nullable().describe("What a message is, in one line."),
        receivedAt: moment,
        params: z.record(text, z.union([text, z.array(text)])),
        rejectionReason: z
          .enum([
            "signature_missing",
            "signature_wrong",
            "signature_key_unknown",
            "wrong_method",
            "wrong_path",
          ])
          .nullable()
          .describe("Why the webhook was rejected; null for one that is stored."),
        reason: text.nullable().describe("The same as a sentence that says what to do."),
      }),
    ),
  ),
  nextCursor,
});

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
    name(
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

export const conversationSchema = name(
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

export const optOutSettingsSchema = name(
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

const details = name(
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

export const messageSchema = name(
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

export const teamSchema = z.object({
  requiresSecondFactor: z.boolean().describe("Whether everybody has to sign in in two steps."),
  members: z.array(
    z.object({
      id: z.uuid(),
      userId: z.uuid(),
      name: text,
      email: text,
      role: roleSchema,
      joinedAt: moment,
      hasSecondFactor: z
        .boolean()
        .nullable()
        .describe("Whether they sign in in two steps; null for members, who are not told."),
      isYou: z.boolean(),
    }),
  ),
  invitations: z
    .array(
      z.object({
        id: z.uuid(),
        email: text,
        role: roleSchema,
        expiresAt: moment,
        invitedBy: text,
        link: text.nullable(),
      }),
    )
    .describe("For owners and admins; API keys see none."),
});

export const auditEntriesSchema = z.object({
  items: z.array(
    name(
      "AuditEntry",
      z.object({
        id: z.uuid(),
        at: moment,
        actor: z.object({ name: text, email: text }).nullable(),
        action: text,
        subject: text,
        detail: z.record(text, z.unknown()),
        ip: text.nullable(),
      }),
    ),
  ),
  nextCursor,
});

export const problemSchema = name(
  "Problem",
  z.object({
    code: text.describe("The kind of refusal, such as `NOT_FOUND`."),
    message: text.describe("A sentence for people, which says what to do."),
    reason: text
      .nullable()
      .describe(
        "The closed word for it, such as `window_closed`; null where the request itself is not valid.",
      ),
    field: text.nullable().describe("The input that it is about."),
    detail: z.record(text, z.unknown()),
    requestId: text.describe("By which your operator finds it in the log."),
  }),
);
