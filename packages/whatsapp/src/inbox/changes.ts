import type { Context } from "../context.ts";
import { eventChanges } from "../events/changes.ts";

/** Yields which conversations changed, as they change; null for very many. What they are now, the lists say. */
export async function* conversationChanges(
  ctx: Context,
  signal: AbortSignal,
): AsyncGenerator<{ conversationIds: string[] | null }> {
  for await (const { conversationIds } of eventChanges(ctx, {}, signal)) {
    if (conversationIds === null || conversationIds.length > 0) yield { conversationIds };
  }
}
