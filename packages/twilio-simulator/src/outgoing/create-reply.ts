import type { Context } from "../state/context.ts";
import type { Message } from "../state/types.ts";
import { makeOutgoing } from "./make-outgoing.ts";
import { runMessage } from "./run-message.ts";

/** A `<Message>` in the answer to a webhook is sent back to the customer. */
export function createReply(
  ctx: Context,
  to: Message,
  reply: { body: string; media: string[]; to: string | null },
): void {
  const message = makeOutgoing(ctx, {
    accountSid: to.accountSid,
    direction: "outbound-reply",
    from: to.to,
    to: reply.to ?? to.from ?? "",
    body: reply.body,
    mediaUrls: reply.media,
    serviceSid: to.serviceSid,
  });
  runMessage(ctx, message);
}
