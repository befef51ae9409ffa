import type { Context } from "@waystation/core/context";
import { connections } from "@waystation/db/schema/schema";
import { recordAudit } from "@waystation/identity/audit/record";
import { and, eq } from "drizzle-orm";
import { viewConnections } from "./connection-view.ts";
import type { ShowTypingInput } from "./inputs.ts";
import { requireConnection } from "./require-connection.ts";

/** Whether customers of this sender see typing indicators and read receipts. */
export async function showTyping(ctx: Context, input: ShowTypingInput) {
  const row = await requireConnection(ctx, input.connectionId);
  if (row.showsTyping !== input.showsTyping)
    await ctx.db.transaction(async (tx) => {
      await tx
        .update(connections)
        .set({ showsTyping: input.showsTyping })
        .where(and(eq(connections.organizationId, ctx.organizationId), eq(connections.id, row.id)));
      await recordAudit(
        tx,
        ctx,
        input.showsTyping ? "connection.typing_shown" : "connection.typing_hidden",
        row.sender,
        { connectionId: row.id },
      );
    });
  ctx.feed.publish({ organizationId: ctx.organizationId, connectionId: row.id });
  const [view] = await viewConnections(ctx, [await requireConnection(ctx, row.id)]);
  if (!view) throw new Error("The connection just changed is gone");
  return view;
}
