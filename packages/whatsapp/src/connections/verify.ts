import type { Context } from "@waystation/core/context";
import { connections } from "@waystation/db/schema/schema";
import { and, eq } from "drizzle-orm";
import { isSenderOffline } from "./choose-sender.ts";
import { UNKNOWN_WEBHOOK, webhookRelationOf } from "./connection-view.ts";
import { parseCredentials } from "./credentials/parse-credentials.ts";
import { requireTestMode } from "./credentials/test-mode.ts";
import type { CredentialsInput } from "./inputs.ts";
import { inspectAccount } from "./inspect-account.ts";
import { limitTwilioCalls } from "./limit-calls.ts";
import { proposedWebhook, publicUrlProblem, webhookUrl } from "./webhook-url.ts";

/** Checks credentials at Twilio and returns the account and its senders. Saves nothing. */
export async function verifyCredentials(ctx: Context, input: CredentialsInput) {
  const credentials = parseCredentials(input);
  requireTestMode(ctx, credentials.mode);
  await limitTwilioCalls(ctx);
  const found = await inspectAccount(credentials, ctx.simulatorUrl);
  const held = await ctx.db
    .select({ sender: connections.sender })
    .from(connections)
    .where(
      and(
        eq(connections.organizationId, ctx.organizationId),
        eq(connections.accountSid, credentials.accountSid),
        eq(connections.isActive, true),
      ),
    );
  const connected = new Set(held.map((row) => row.sender));
  const { account } = found;
  return {
    account: {
      sid: account.sid,
      name: account.name ?? account.sid,
      status: account.status ?? UNKNOWN_WEBHOOK,
      type: account.type ?? UNKNOWN_WEBHOOK,
      relation: webhookRelationOf(account.sid, account.ownerSid),
      ownerSid: account.ownerSid,
    },
    token: { primary: found.tokenIsPrimary },
    permissions: found.permissions,
    senders: found.senders.map((sender) => ({
      ...sender,
      offline: isSenderOffline(sender.status),
      connected: connected.has(sender.address),
    })),
    services: found.services.map(({ webhook, senders, ...service }) => ({
      ...service,
      senders: senders ?? [],
      sendersUnchecked: senders === null,
      inboundRequestUrl: webhook.callbackUrl,
      inboundMethod: webhook.callbackMethod,
      statusCallback: webhook.statusCallbackUrl,
      connected: connected.has(service.sid),
    })),
    unchecked: found.unchecked,
    proposedWebhook: proposedWebhook(webhookUrl(ctx.publicUrl)),
    webhookUrlProblem: credentials.mode === "live" ? publicUrlProblem(ctx.publicUrl) : null,
  };
}
