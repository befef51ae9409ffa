import type { Context } from "@waystation/core/context";
import { seal } from "@waystation/core/credentials";
import { DomainError } from "@waystation/core/errors";
import { connections, type SenderWebhook } from "@waystation/db/schema/schema";
import { recordAudit } from "@waystation/identity/audit/record";
import { and, arrayOverlaps, eq, inArray, ne, or, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { evictAccount } from "../webhooks/connection-cache.ts";
import { type ChosenSender, chooseSender } from "./choose-sender.ts";
import { type ConfiguredWebhook, configureWebhook } from "./configure-webhook.ts";
import { UNKNOWN_WEBHOOK, viewConnections } from "./connection-view.ts";
import { parseCredentials, type TwilioCredentials } from "./credentials/parse-credentials.ts";
import { requireTestMode } from "./credentials/test-mode.ts";
import type { ConnectInput } from "./inputs.ts";
import { inspectAccount } from "./inspect-account.ts";
import { limitTwilioCalls } from "./limit-calls.ts";
import { type ConnectionRecord, requireConnection } from "./require-connection.ts";
import { isOurWebhookUrl } from "./webhook-url.ts";

/**
 * Connects a sender: verifies it at Twilio again, saves or reactivates the connection with its audit entry, then sets the
 * sender's webhook if requested. An error in that last step is returned, and the connection stays.
 */
export async function connectTwilioSender(ctx: Context, input: ConnectInput) {
  const credentials = parseCredentials(input);
  requireTestMode(ctx, credentials.mode);
  await limitTwilioCalls(ctx);
  const wanted = (input.sender ?? input.messagingServiceSid ?? "").trim();
  const found = await inspectAccount(credentials, ctx.simulatorUrl, wanted);
  const chosen = chooseSender(found, wanted);
  const { row, reattached } = await save(ctx, credentials, found, chosen, input.displayName || null);
  evictAccount(ctx.installation.db, row.accountSid);

  let configured: ConfiguredWebhook = { found: null, applied: null, changes: [], problem: null };
  if (input.configureWebhook) {
    configured = await configureWebhook(ctx, credentials, webhookTargetOf(row), chosen.webhook);
    if (configured.applied) await recordApplied(ctx, row, configured);
  }
  ctx.feed.publish({ organizationId: ctx.organizationId, connectionId: row.id });
  const [view] = await viewConnections(ctx, [await requireConnection(ctx, row.id)]);
  if (!view) throw new Error("The connection just saved is gone");
  return {
    ...view,
    reattached,
    configured: {
      applied: configured.applied !== null,
      changes: configured.changes,
      problem: configured.problem ?? (input.configureWebhook ? chosen.caution : null),
    },
  };
}

export function webhookTargetOf(row: Pick<ConnectionRecord, "sender" | "senderSid">) {
  return {
    sender: row.sender,
    senderSid: row.senderSid,
    messagingServiceSid: row.sender.startsWith("MG") ? row.sender : null,
  };
}

async function save(
  ctx: Context,
  credentials: TwilioCredentials,
  found: Awaited<ReturnType<typeof inspectAccount>>,
  chosen: ChosenSender,
  displayName: string | null,
): Promise<{ row: ConnectionRecord; reattached: boolean }> {
  const { accountSid } = credentials;
  // Unscoped, because a sender may be taken by any organisation.
  return ctx.installation.db.transaction(async (tx) => {
    // Concurrent requests for the same account wait here, whatever server they run on.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${accountSid}, 0))`);
    await refuseTaken(tx, ctx.organizationId, accountSid, chosen);
    const [earlier] = await tx
      .select()
      .from(connections)
      .where(
        and(
          eq(connections.organizationId, ctx.organizationId),
          eq(connections.accountSid, accountSid),
          eq(connections.sender, chosen.sender),
        ),
      );
    const id = earlier?.id ?? uuidv7();
    const place = { organizationId: ctx.organizationId, connectionId: id };
    const values = {
      mode: credentials.mode,
      displayName: displayName ?? earlier?.displayName ?? null,
      isActive: true,
      accountName: found.account.name ?? earlier?.accountName ?? accountSid,
      accountStatus: found.account.status ?? UNKNOWN_WEBHOOK,
      accountType: found.account.type ?? earlier?.accountType ?? UNKNOWN_WEBHOOK,
      ownerAccountSid: found.account.ownerSid ?? earlier?.ownerAccountSid ?? null,
      senderSid: chosen.senderSid ?? earlier?.senderSid ?? null,
      poolSenders: chosen.poolSenders ?? earlier?.poolSenders ?? [],
      senderStatus: chosen.status,
      qualityRating: chosen.qualityRating,
      messagingLimit: chosen.messagingLimit,
      offlineReasons: [],
      authTokenSealed: seal(ctx.keyring, { ...place, field: "auth_token" }, credentials.authToken),
      authTokenNextSealed: null,
      authTokenLastFour: credentials.authToken.slice(-4),
      authTokenSetAt: new Date(),
      authTokenPrimary: found.tokenIsPrimary,
      apiKeySid: credentials.apiKey?.sid ?? null,
      apiKeySecretSealed: credentials.apiKey
        ? seal(ctx.keyring, { ...place, field: "api_key_secret" }, credentials.apiKey.secret)
        : null,
      webhookFound: snapshot(ctx.publicUrl, chosen.webhook, earlier?.webhookFound ?? null),
      webhookApplied: null,
      webhookActual: chosen.webhook,
      checkedAt: new Date(),
      checkFailure: chosen.caution,
      unchecked: found.unchecked,
      disconnectedAt: null,
    };
    const [row] = earlier
      ? await tx.update(connections).set(values).where(eq(connections.id, earlier.id)).returning()
      : await tx
          .insert(connections)
          .values({ id, organizationId: ctx.organizationId, accountSid, sender: chosen.sender, ...values })
          .returning();
    if (!row) throw new Error("The connection was not saved");
    await recordAudit(tx, ctx, "connection.connected", chosen.sender, {
      connectionId: id,
      accountSid,
      accountName: found.account.name,
      mode: credentials.mode,
      reattached: earlier !== undefined,
    });
    return { row, reattached: earlier !== undefined };
  });
}

/** A sender belongs to one active connection on this server, directly or through a Messaging Service. */
async function refuseTaken(
  tx: Context["db"],
  organizationId: string,
  accountSid: string,
  chosen: ChosenSender,
): Promise<void> {
  const wanted = [chosen.sender, ...(chosen.poolSenders ?? [])];
  const [holder] = await tx
    .select({ organizationId: connections.organizationId })
    .from(connections)
    .where(
      and(
        eq(connections.accountSid, accountSid),
        eq(connections.isActive, true),
        or(inArray(connections.sender, wanted), arrayOverlaps(connections.poolSenders, wanted)),
      ),
    )
    .orderBy(ne(connections.organizationId, organizationId))
    .limit(1);
  if (!holder) return;
  throw new DomainError(
    "sender_taken",
    holder.organizationId === organizationId
      ? "Your organisation has this sender connected already. Disconnect it first if you want to connect it anew: the history stays."
      : "This sender is connected already. It has to be disconnected there before it can be connected here.",
    { field: "sender" },
  );
}

/**
 * The settings that disconnecting restores. Our own URL is never restored: Twilio has it only because an earlier restore
 * failed.
 */
function snapshot(
  publicUrl: string,
  found: SenderWebhook | null,
  earlier: SenderWebhook | null,
): SenderWebhook | null {
  if (found === null) return earlier;
  if (!isOurWebhookUrl(publicUrl, found.callbackUrl)) return found;
  return earlier ?? { ...found, callbackUrl: null, statusCallbackUrl: null };
}

async function recordApplied(
  ctx: Context,
  row: ConnectionRecord,
  configured: ConfiguredWebhook,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(connections)
      .set({
        webhookFound: row.webhookFound ?? snapshot(ctx.publicUrl, configured.found, null),
        webhookApplied: configured.applied,
        webhookActual: configured.applied,
        checkedAt: new Date(),
      })
      .where(and(eq(connections.organizationId, ctx.organizationId), eq(connections.id, row.id)));
    await recordAudit(tx, ctx, "connection.webhook_configured", row.sender, {
      connectionId: row.id,
      changes: configured.changes,
    });
  });
}
