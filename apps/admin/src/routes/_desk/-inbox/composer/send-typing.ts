import { trpcClient } from "../../../../trpc.ts";
import type { ConversationDetail } from "../queries.ts";

const EVERY_MS = 20_000;
const told = new Map<string, number>();

/** Has the customer shown that somebody types. Whether that works is nobody's concern here. */
export function sendTyping({ id, showsTyping }: ConversationDetail, text: string) {
  const now = performance.now();
  if (!showsTyping || text.trim() === "" || now - (told.get(id) ?? Number.NEGATIVE_INFINITY) < EVERY_MS)
    return;
  told.set(id, now);
  trpcClient.messages.typing.mutate({ conversationId: id }).catch(() => {});
}
