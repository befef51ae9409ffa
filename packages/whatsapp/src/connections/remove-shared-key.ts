import { sharedKeys } from "@waystation/db/schema-shared-keys";
import { and, eq } from "drizzle-orm";
import { recordAudit } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { forgetAccount } from "../webhooks/connection-cache.ts";
import { findConnection } from "./find-connection.ts";
import type { RemoveSharedKeyInput } from "./inputs.ts";
import { viewConnections } from "./view.ts";

/** Erases a shared key; webhooks that Twilio signs with it are rejected from then on. */
export async function removeSharedKey(ctx: Context, { connectionId, keyId }: RemoveSharedKeyInput) {
  const row = await findConnection(ctx, connectionId);
  await ctx.db.transaction(async (tx) => {
    const removed = await tx
      .delete(sharedKeys)
      .where(
        and(
          eq(sharedKeys.organizationId, ctx.organizationId),
          eq(sharedKeys.connectionId, row.id),
          eq(sharedKeys.keyId, keyId),
        ),
      )
      .returning({ algorithm: sharedKeys.algorithm });
    const [key] = removed;
    if (!key) throw new DomainError("not_found", "This connection has no shared key with this ID.");
    await recordAudit(tx, ctx, "connection.shared_key_removed", row.sender, {
      connectionId: row.id,
      keyId,
      algorithm: key.algorithm,
    });
  });
  forgetAccount(ctx.installation.db, row.accountSid);
  ctx.feed.publish({ organizationId: ctx.organizationId, connectionId: row.id });
  const [view] = await viewConnections(ctx, [await findConnection(ctx, row.id)]);
  if (!view) throw new Error("The connection just changed is gone");
  return view;
}
