import type { Context } from "../context.ts";
import type { Change } from "../feed.ts";
import type { EventChanges } from "./inputs.ts";

/** Yields which connection, and which conversation of it, changed. What changed, the lists say. */
export async function* eventChanges(
  ctx: Context,
  input: EventChanges,
  signal: AbortSignal,
): AsyncGenerator<Pick<Change, "connectionId" | "conversationId">> {
  for await (const { connectionId, conversationId } of ctx.feed.subscribe(ctx.organizationId, signal)) {
    if (input.connectionId === undefined || input.connectionId === connectionId)
      yield { connectionId, conversationId };
  }
}
