import { client } from "../../../trpc.ts";
import type { OpenConversation } from "./queries.ts";

const EVERY_MS = 20_000;
const told = new Map<string, number>();

/** Has the customer shown that somebody types. Whether that works is nobody's concern here. */
export function tellTyping({ id, showsTyping }: OpenConversation, text: string) {
  const now = performance.now();
  if (!showsTyping || text.trim() === "" || now - (told.get(id) ?? Number.NEGATIVE_INFINITY) < EVERY_MS)
    return;
  told.set(id, now);
  client.messages.typing.mutate({ conversationId: id }).catch(() => {});
}
