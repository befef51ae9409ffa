import { type IncomingMessageInput, receiveMessage } from "../incoming/receive-message.ts";
import type { SimulatorContext } from "../state/context.ts";
import { type DeliveryView, showDelivery } from "./show-delivery.ts";

export type IncomingResult = {
  messageSid: string;
  accountSid: string;
  /** Set only with `wait`. Null when no webhook URL is configured. */
  delivery: (DeliveryView & { httpStatus: number | null }) | null;
};

/** Sends a message from a customer. With `wait`, the result includes the outcome of the webhook. */
export async function sendIncoming(
  ctx: SimulatorContext,
  input: IncomingMessageInput & { wait?: boolean },
): Promise<IncomingResult> {
  const { message, delivery } = receiveMessage(ctx, input);
  const result = { messageSid: message.sid, accountSid: message.accountSid };
  if (!input.wait) return { ...result, delivery: null };
  const done = await delivery;
  return {
    ...result,
    delivery: done && { ...showDelivery(done), httpStatus: done.attempts.at(-1)?.status ?? null },
  };
}
