import { windowClosesAt } from "../outgoing/window.ts";
import type { Context } from "../state/context.ts";
import type { Message } from "../state/types.ts";

export type MessageFilter = {
  accountSid?: string;
  business?: string;
  customer?: string;
  direction?: "inbound" | "outbound";
  limit?: number;
};

export const customerOf = (message: Message) =>
  (message.direction === "inbound" ? message.from : message.to) ?? "";
export const businessOf = (message: Message) =>
  (message.direction === "inbound" ? message.to : message.from) ?? "";

/** Oldest first, the last `limit` ones. */
export function listMessages(ctx: Context, filter: MessageFilter = {}): Message[] {
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

export type ChatView = {
  accountSid: string;
  business: string;
  customer: string;
  name: string;
  last: Message;
  windowClosesAt: number | null;
};

/** Customers with their last message, latest first: the left side of the phone. */
export function listChats(ctx: Context, filter: MessageFilter = {}): ChatView[] {
  const chats = new Map<string, ChatView>();
  for (const message of listMessages(ctx, { ...filter, limit: Number.MAX_SAFE_INTEGER })) {
    const business = businessOf(message);
    const customer = customerOf(message);
    const key = `${message.accountSid} ${business} ${customer}`;
    const name = message.details.ProfileName || chats.get(key)?.name || customer.replace(/^whatsapp:/, "");
    chats.delete(key);
    chats.set(key, {
      accountSid: message.accountSid,
      business,
      customer,
      name,
      last: message,
      windowClosesAt: windowClosesAt(ctx, message.accountSid, business, customer),
    });
  }
  return [...chats.values()].reverse();
}
