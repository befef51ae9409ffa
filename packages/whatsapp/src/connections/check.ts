import { connections } from "@waystation/db/schema";
import { and, eq } from "drizzle-orm";
import type { Context, Platform } from "../context.ts";
import { DomainError } from "../errors.ts";
import { chooseSender, isOffline } from "./choose-sender.ts";
import { type Connection, findConnection } from "./find-connection.ts";
import type { ConnectionInput } from "./inputs.ts";
import { inspect } from "./inspect.ts";
import { limitTwilioCalls } from "./limit-calls.ts";
import { openCredentials } from "./open-credentials.ts";
import { UNKNOWN, viewConnections } from "./view.ts";

/** Asks Twilio again how the account and the sender are, now. What Twilio says no to becomes the verdict, not an error. */
export async function check(ctx: Context, input: ConnectionInput) {
  const row = await findConnection(ctx, input.connectionId);
  if (!row.isActive)
    throw new DomainError("not_found", "This connection is disconnected: connect its sender again first.");
  await limitTwilioCalls(ctx);
  await refresh(ctx, row);
  ctx.feed.publish({ organizationId: ctx.organizationId, connectionId: row.id });
  const [view] = await viewConnections(ctx, [await findConnection(ctx, row.id)]);
  if (!view) throw new Error("The connection just checked is gone");
  return view;
}

/** Brings the stored facts about one connection up to date. */
export async function refresh(platform: Pick<Platform, "db" | "keyring" | "simulatorUrl">, row: Connection) {
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
  platform: Pick<Platform, "keyring" | "simulatorUrl">,
  row: Connection,
): Promise<Partial<Connection>> {
  try {
    const found = await inspect(openCredentials(platform, row), platform.simulatorUrl, row.sender);
    const account = {
      accountName: found.account.name ?? row.accountName,
      accountStatus: found.account.status ?? UNKNOWN,
      accountType: found.account.type ?? row.accountType,
      ownerAccountSid: found.account.ownerSid ?? row.ownerAccountSid,
      authTokenPrimary: found.tokenIsPrimary,
      unchecked: found.unchecked,
    };
    const sender = found.senders.find((candidate) => candidate.address === row.sender);
    if (sender && isOffline(sender.status))
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
