import type { Context } from "@waystation/core/context";
import { subscribeToEventChanges } from "../events/event-changes.ts";

/** Yields the ids of conversations when they change; null when too many changed. Read their new state from the lists. */
export async function* subscribeToConversationChanges(
  ctx: Context,
  signal: AbortSignal,
): AsyncGenerator<{ conversationIds: string[] | null }> {
  for await (const { conversationIds } of subscribeToEventChanges(ctx, {}, signal)) {
    if (conversationIds === null || conversationIds.length > 0) yield { conversationIds };
  }
}
