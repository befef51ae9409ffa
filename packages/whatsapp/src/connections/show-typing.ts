import { connections } from "@waystation/db/schema";
import { and, eq } from "drizzle-orm";
import { recordAudit } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { findConnection } from "./find-connection.ts";
import type { ShowTyping } from "./inputs.ts";
import { viewConnections } from "./view.ts";

/** Whether customers of this sender are shown that somebody types an answer, and that their messages were read. */
export async function showTyping(ctx: Context, input: ShowTyping) {
  const row = await findConnection(ctx, input.connectionId);
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
  const [view] = await viewConnections(ctx, [await findConnection(ctx, row.id)]);
  if (!view) throw new Error("The connection just changed is gone");
  return view;
}
