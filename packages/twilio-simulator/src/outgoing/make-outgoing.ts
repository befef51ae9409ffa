import type { SimulatorContext } from "../state/context.ts";
import type { MessageStatus, SimulatorMessage } from "../state/types.ts";

type OutgoingMessageInput = {
  accountSid: string;
  direction: "outbound-api" | "outbound-reply";
  from: string | null;
  to: string;
  body: string;
  mediaUrls: string[];
  serviceSid?: string | null;
  contentSid?: string | null;
  statusCallback?: string | null;
  status?: MessageStatus;
  sendAt?: number | null;
  details?: Record<string, string>;
};

/** Stores an outgoing message. Its media are fetched when the message runs. */
export function makeOutgoingMessage(ctx: SimulatorContext, input: OutgoingMessageInput): SimulatorMessage {
  const now = ctx.clock.now();
  const media = Object.fromEntries(input.mediaUrls.map((url, index) => [`MediaUrl${index}`, url]));
  const message: SimulatorMessage = {
    sid: ctx.random.sid(input.mediaUrls.length ? "MM" : "SM"),
    accountSid: input.accountSid,
    direction: input.direction,
    from: input.from,
    to: input.to,
    body: input.body,
    status: input.status ?? "queued",
    errorCode: null,
    errorMessage: null,
    serviceSid: input.serviceSid ?? null,
    contentSid: input.contentSid ?? null,
    numMedia: input.mediaUrls.length,
    statusCallback: input.statusCallback ?? null,
    sendAt: input.sendAt ?? null,
    dateCreated: now,
    dateUpdated: now,
    dateSent: null,
    history: [{ status: input.status ?? "queued", at: now }],
    kind: input.contentSid ? "template" : input.mediaUrls.length ? "media" : "text",
    details: { ...media, ...input.details },
  };
  ctx.state.messages.set(message.sid, message);
  ctx.feed.publish("message", message);
  return message;
}
