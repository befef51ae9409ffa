import type { Context, Installation } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { connections } from "@waystation/db/schema/schema";
import { and, eq } from "drizzle-orm";
import { chooseSender, isSenderOffline } from "../choose-sender.ts";
import { UNKNOWN_WEBHOOK, viewConnections } from "../connection-view.ts";
import { unsealCredentials } from "../credentials/unseal-credentials.ts";
import type { ConnectionInput } from "../inputs.ts";
import { inspectAccount } from "../inspect-account.ts";
import { limitTwilioCalls } from "../limit-calls.ts";
import { type ConnectionRecord, requireConnection } from "../require-connection.ts";

/** Checks the account and the sender at Twilio now. Errors from Twilio become part of the verdict and are not thrown. */
export async function checkConnection(ctx: Context, input: ConnectionInput) {
  const row = await requireConnection(ctx, input.connectionId);
  if (!row.isActive)
    throw new DomainError("not_found", "This connection is disconnected: connect its sender again first.");
  await limitTwilioCalls(ctx);
  await refreshConnection(ctx, row);
  ctx.feed.publish({ organizationId: ctx.organizationId, connectionId: row.id });
  const [view] = await viewConnections(ctx, [await requireConnection(ctx, row.id)]);
  if (!view) throw new Error("The connection just checked is gone");
  return view;
}

/** Updates the stored facts about one connection. */
export async function refreshConnection(
  platform: Pick<Installation, "db" | "keyring" | "simulatorUrl">,
  row: ConnectionRecord,
) {
  const update = await askTwilio(platform, row);
  await platform.db
    .update(connections)
    .set({ ...update, checkedAt: new Date() })
    .where(
      and(
        eq(connections.organizationId, row.organizationId),
        eq(connections.id, row.id),
        eq(connections.isActive, true),
      ),
    );
}

async function askTwilio(
  platform: Pick<Installation, "keyring" | "simulatorUrl">,
  row: ConnectionRecord,
): Promise<Partial<ConnectionRecord>> {
  try {
    const found = await inspectAccount(unsealCredentials(platform, row), platform.simulatorUrl, row.sender);
    const account = {
      accountName: found.account.name ?? row.accountName,
      accountStatus: found.account.status ?? UNKNOWN_WEBHOOK,
      accountType: found.account.type ?? row.accountType,
      ownerAccountSid: found.account.ownerSid ?? row.ownerAccountSid,
      authTokenPrimary: found.tokenIsPrimary,
      unchecked: found.unchecked,
    };
    const sender = found.senders.find((candidate) => candidate.address === row.sender);
    if (sender && isSenderOffline(sender.status))
      return {
        ...account,
        checkFailure: null,
        senderSid: sender.sid ?? row.senderSid,
        senderStatus: sender.status,
        offlineReasons: sender.offlineReasons,
        webhookActual: sender.webhook,
      };
    const chosen = chooseSender(found, row.sender);
    return {
      ...account,
      checkFailure: chosen.caution,
      senderSid: chosen.senderSid ?? row.senderSid,
      senderStatus: chosen.status,
      offlineReasons: [],
      qualityRating: chosen.qualityRating,
      messagingLimit: chosen.messagingLimit,
      poolSenders: chosen.poolSenders ?? row.poolSenders,
      webhookActual: chosen.webhook,
    };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { checkFailure: { reason: error.reason, message: error.message }, unchecked: [] };
  }
}
