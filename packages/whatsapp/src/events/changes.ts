import type { Context } from "../context.ts";
import type { Change } from "../feed.ts";
import type { EventChanges } from "./inputs.ts";

/** Yields which connection changed, as it changes. What changed, `listEvents` and `status` say. */
export async function* eventChanges(
  ctx: Context,
  input: EventChanges,
  signal: AbortSignal,
): AsyncGenerator<Pick<Change, "connectionId">> {
  for await (const { connectionId } of ctx.feed.subscribe(ctx.organizationId, signal)) {
    if (input.connectionId === undefined || input.connectionId === connectionId) yield { connectionId };
  }
}
