import type { Context } from "@waystation/core/context";
import { seal, sharedKeyField } from "@waystation/core/credentials";
import { DomainError } from "@waystation/core/errors";
import { connections } from "@waystation/db/schema/schema";
import { sharedKeys } from "@waystation/db/schema/shared-keys";
import { recordAudit } from "@waystation/identity/audit/record";
import { and, eq } from "drizzle-orm";
import { evictAccount } from "../../webhooks/connection-cache.ts";
import { viewConnections } from "../connection-view.ts";
import type { AddSharedKeyInput } from "../inputs.ts";
import { requireConnection } from "../require-connection.ts";

/** Two while a key is replaced, and two more for a second Webhook Rule. Every key is one more secret that can sign webhooks. */
const MOST = 4;

/** Stores a shared key, so that webhooks signed with it are accepted. */
export async function addSharedKey(ctx: Context, input: AddSharedKeyInput) {
  const row = await requireConnection(ctx, input.connectionId);
  const { keyId, secret, algorithm } = input;
  await ctx.db.transaction(async (tx) => {
    // Locked, so that concurrent requests cannot exceed the limit or add a key to a connection being disconnected.
    const [locked] = await tx
      .select({ isActive: connections.isActive })
      .from(connections)
      .where(and(eq(connections.organizationId, ctx.organizationId), eq(connections.id, row.id)))
      .for("update");
    if (!locked?.isActive)
      throw new DomainError(
        "disconnected",
        "This sender is disconnected. Connect it again before you add a shared key.",
      );
    const stored = await tx
      .select({ keyId: sharedKeys.keyId })
      .from(sharedKeys)
      .where(and(eq(sharedKeys.organizationId, ctx.organizationId), eq(sharedKeys.connectionId, row.id)));
    if (stored.some((key) => key.keyId === keyId))
      throw new DomainError(
        "shared_key_exists",
        "This connection has a shared key with this ID already. Remove it first if you want to store another secret or algorithm for it.",
        { field: "keyId" },
      );
    if (stored.length >= MOST)
      throw new DomainError(
        "too_many",
        `This connection has ${MOST} shared keys, which is the most. Remove one that no Webhook Rule uses any more.`,
        { field: "keyId" },
      );
    const place = { organizationId: ctx.organizationId, connectionId: row.id, field: sharedKeyField(keyId) };
    await tx.insert(sharedKeys).values({
      organizationId: ctx.organizationId,
      connectionId: row.id,
      keyId,
      algorithm,
      secretSealed: seal(ctx.keyring, place, secret),
      secretLastFour: secret.slice(-4),
      addedBy: ctx.actor.userId,
    });
    await recordAudit(tx, ctx, "connection.shared_key_added", row.sender, {
      connectionId: row.id,
      keyId,
      algorithm,
    });
  });
  evictAccount(ctx.installation.db, row.accountSid);
  ctx.feed.publish({ organizationId: ctx.organizationId, connectionId: row.id });
  const [view] = await viewConnections(ctx, [await requireConnection(ctx, row.id)]);
  if (!view) throw new Error("The connection just changed is gone");
  return view;
}
