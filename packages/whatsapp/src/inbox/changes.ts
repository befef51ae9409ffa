import type { Context } from "../context.ts";

/** Yields which conversation changed, as it changes. What it is now, the lists say. */
export async function* conversationChanges(
  ctx: Context,
  signal: AbortSignal,
): AsyncGenerator<{ conversationId: string }> {
  for await (const { conversationId } of ctx.feed.subscribe(ctx.organizationId, signal)) {
    if (conversationId !== undefined) yield { conversationId };
  }
}
