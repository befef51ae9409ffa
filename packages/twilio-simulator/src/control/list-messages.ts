import type { SimulatorContext } from "../state/context.ts";
import type { SimulatorMessage } from "../state/types.ts";

export type MessageFilter = {
  accountSid?: string;
  business?: string;
  customer?: string;
  direction?: "inbound" | "outbound";
  limit?: number;
};

const customerOf = (message: SimulatorMessage) =>
  (message.direction === "inbound" ? message.from : message.to) ?? "";
const businessOf = (message: SimulatorMessage) =>
  (message.direction === "inbound" ? message.to : message.from) ?? "";

/** The last `limit` messages, oldest first. */
export function listControlMessages(ctx: SimulatorContext, filter: MessageFilter = {}): SimulatorMessage[] {
  return [...ctx.state.messages.values()]
    .filter((message) => !filter.accountSid || message.accountSid === filter.accountSid)
    .filter((message) => !filter.business || businessOf(message) === filter.business)
    .filter((message) => !filter.customer || customerOf(message) === filter.customer)
    .filter(
      (message) =>
        !filter.direction || (message.direction === "inbound") === (filter.direction === "inbound"),
    )
    .slice(-(filter.limit ?? 500));
}
