import type { Context } from "../context.ts";
import type { EventChanges } from "./inputs.ts";

/** More than this at once, and naming them costs more than asking for the lists anew. */
const MAX_NAMED = 100;

export interface ChangeNotice {
  /** The conversations that changed; null for more than it is worth naming. */
  conversationIds: string[] | null;
  connectionIds: string[];
}

/** Yields what changed, together with all else that changed in the same moment. What it is now, the lists say. */
export async function* eventChanges(
  ctx: Context,
  input: EventChanges,
  signal: AbortSignal,
): AsyncGenerator<ChangeNotice> {
  for await (const { connectionIds, conversationIds } of ctx.feed.subscribe(ctx.organizationId, signal)) {
    if (input.connectionId !== undefined && !connectionIds.has(input.connectionId)) continue;
    yield {
      connectionIds: [...connectionIds],
      conversationIds: conversationIds.size > MAX_NAMED ? null : [...conversationIds],
    };
  }
}
