import type { SimulatorContext } from "../state/context.ts";
import type { SimulatorMessage } from "../state/types.ts";
import { makeOutgoingMessage } from "./make-outgoing.ts";
import { runMessage } from "./run-message.ts";

/** Sends a `<Message>` of a webhook response back to the customer. */
export function createReply(
  ctx: SimulatorContext,
  to: SimulatorMessage,
  reply: { body: string; media: string[]; to: string | null },
): void {
  const message = makeOutgoingMessage(ctx, {
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
