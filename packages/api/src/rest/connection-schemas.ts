import { CHANNELS } from "@waystation/whatsapp/webhooks/content/channel";
import { z } from "zod";
import { count, moment, named, nextCursor, text } from "./common-schemas.ts";

const accountSchema = named(
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

export const verificationSchema = named(
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

export const connectionSchema = named(
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

export const eventsSchema = z.object({
  items: z.array(
    named(
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
