import { connections } from "@waystation/db/schema";
import { sharedKeys } from "@waystation/db/schema-shared-keys";
import { and, eq } from "drizzle-orm";
import { recordAudit } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { seal, sharedKeyField } from "../credentials.ts";
import { DomainError } from "../errors.ts";
import { forgetAccount } from "../webhooks/connection-cache.ts";
import { findConnection } from "./find-connection.ts";
import type { AddSharedKeyInput } from "./inputs.ts";
import { viewConnections } from "./view.ts";

/** Two while one replaces the other, and as many again for a second rule: each is one more secret that opens the door. */
const MOST = 4;

/** Stores a key that Twilio signs this connection's webhooks with, so that they are accepted. */
export async function addSharedKey(ctx: Context, input: AddSharedKeyInput) {
  const row = await findConnection(ctx, input.connectionId);
  const { keyId, secret, algorithm } = input;
  await ctx.db.transaction(async (tx) => {
    // Locked, so that two who add at once do not pass the limit together, and none is added to what is being disconnected.
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
  forgetAccount(ctx.installation.db, row.accountSid);
  ctx.feed.publish({ organizationId: ctx.organizationId, connectionId: row.id });
  const [view] = await viewConnections(ctx, [await findConnection(ctx, row.id)]);
  if (!view) throw new Error("The connection just changed is gone");
  return view;
}
