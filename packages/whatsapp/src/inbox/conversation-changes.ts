import type { Context } from "@waystation/core/context";
import { subscribeToEventChanges } from "../events/event-changes.ts";

/** Yields which conversations changed, as they change; null for very many. What they are now, the lists say. */
export async function* subscribeToConversationChanges(
  ctx: Context,
  signal: AbortSignal,
): AsyncGenerator<{ conversationIds: string[] | null }> {
  for await (const { conversationIds } of subscribeToEventChanges(ctx, {}, signal)) {
    if (conversationIds === null || conversationIds.length > 0) yield { conversationIds };
  }
}
