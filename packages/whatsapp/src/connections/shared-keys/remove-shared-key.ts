import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { sharedKeys } from "@waystation/db/schema/shared-keys";
import { recordAudit } from "@waystation/identity/audit/record";
import { and, eq } from "drizzle-orm";
import { evictAccount } from "../../webhooks/connection-cache.ts";
import { viewConnections } from "../connection-view.ts";
import type { RemoveSharedKeyInput } from "../inputs.ts";
import { requireConnection } from "../require-connection.ts";

/** Erases a shared key. Webhooks signed with it are rejected from then on. */
export async function removeSharedKey(ctx: Context, { connectionId, keyId }: RemoveSharedKeyInput) {
  const row = await requireConnection(ctx, connectionId);
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
  evictAccount(ctx.installation.db, row.accountSid);
  ctx.feed.publish({ organizationId: ctx.organizationId, connectionId: row.id });
  const [view] = await viewConnections(ctx, [await requireConnection(ctx, row.id)]);
  if (!view) throw new Error("The connection just changed is gone");
  return view;
}
