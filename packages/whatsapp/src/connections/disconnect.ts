import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { connections, type SenderWebhook } from "@waystation/db/schema/schema";
import { sharedKeys } from "@waystation/db/schema/shared-keys";
import { recordAudit } from "@waystation/identity/audit/record";
import { and, eq } from "drizzle-orm";
import { twilioToDomainError } from "../twilio/failure.ts";
import { evictAccount } from "../webhooks/connection-cache.ts";
import { fetchWebhook, restoreWebhook, twilioClientFor } from "./configure-webhook.ts";
import { webhookTargetOf } from "./connect.ts";
import { viewConnections } from "./connection-view.ts";
import { unsealCredentials } from "./credentials/unseal-credentials.ts";
import type { ConnectionInput } from "./inputs.ts";
import { type ConnectionRecord, requireConnection } from "./require-connection.ts";
import { isOurWebhookUrl } from "./webhook-url.ts";

interface RestoredWebhook {
  state: "restored" | "not_ours" | "nothing_to_restore" | "failed";
  message: string;
}

interface PutBack {
  restored: RestoredWebhook;
  /** The current settings at Twilio; null if unknown. */
  actual: SenderWebhook | null;
}

/**
 * Disconnects a sender. History stays. The sealed credentials and shared keys are erased. The sender's webhook settings are
 * restored where they are still ours. Errors from Twilio are returned and do not stop the disconnect.
 */
export async function disconnectSender(ctx: Context, input: ConnectionInput) {
  const row = await requireConnection(ctx, input.connectionId);
  const { restored, actual }: PutBack = row.isActive
    ? await putBack(ctx, row)
    : {
        restored: { state: "nothing_to_restore", message: "It was disconnected already." },
        actual: row.webhookActual,
      };
  if (row.isActive) await end(ctx, row, restored, actual);
  evictAccount(ctx.installation.db, row.accountSid);
  ctx.feed.publish({ organizationId: ctx.organizationId, connectionId: row.id });
  const [view] = await viewConnections(ctx, [await requireConnection(ctx, row.id)]);
  if (!view) throw new Error("The connection just ended is gone");
  return { ...view, restored };
}

async function end(
  ctx: Context,
  row: ConnectionRecord,
  restored: RestoredWebhook,
  webhookActual: SenderWebhook | null,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const ended = await tx
      .update(connections)
      .set({
        isActive: false,
        authTokenSealed: null,
        authTokenNextSealed: null,
        authTokenLastFour: null,
        apiKeySecretSealed: null,
        disconnectedAt: new Date(),
        webhookApplied: null,
        webhookActual,
        checkFailure: null,
        unchecked: [],
      })
      .where(
        and(
          eq(connections.organizationId, ctx.organizationId),
          eq(connections.id, row.id),
          eq(connections.isActive, true),
        ),
      )
      .returning({ id: connections.id });
    if (ended.length === 0) return;
    await tx
      .delete(sharedKeys)
      .where(and(eq(sharedKeys.organizationId, ctx.organizationId), eq(sharedKeys.connectionId, row.id)));
    await recordAudit(tx, ctx, "connection.disconnected", row.sender, {
      connectionId: row.id,
      accountSid: row.accountSid,
      restored: restored.state,
    });
  });
}

/**
 * Replaces our URLs in the current settings with those found at the connect; other systems' URLs stay. Returns `now` itself if
 * no URL is ours.
 */
function withoutUs(publicUrl: string, now: SenderWebhook, found: SenderWebhook): SenderWebhook {
  const messages = isOurWebhookUrl(publicUrl, now.callbackUrl);
  const statuses = isOurWebhookUrl(publicUrl, now.statusCallbackUrl);
  if (!messages && !statuses) return now;
  const { callbackUrl, callbackMethod } = messages ? found : now;
  const { statusCallbackUrl, statusCallbackMethod } = statuses ? found : now;
  return { ...now, callbackUrl, callbackMethod, statusCallbackUrl, statusCallbackMethod };
}

async function putBack(ctx: Context, row: ConnectionRecord): Promise<PutBack> {
  const target = webhookTargetOf(row);
  if (row.webhookFound === null || (target.senderSid === null && target.messagingServiceSid === null))
    return {
      restored: {
        state: "nothing_to_restore",
        message: "Take our webhook URL out of Twilio's console if you pasted it there.",
      },
      // The settings are not monitored from here on.
      actual: null,
    };
  try {
    const credentials = unsealCredentials(ctx, row);
    const now = await fetchWebhook(twilioClientFor(ctx, credentials), target);
    if (now === null)
      return failed(row, "Twilio's response does not hold the present settings, so they were left alone.");
    const before = withoutUs(ctx.publicUrl, now, row.webhookFound);
    if (before === now)
      return {
        restored: {
          state: "not_ours",
          message: "The webhook settings at Twilio were not ours, so they were left as they are.",
        },
        actual: now,
      };
    await restoreWebhook(ctx, credentials, target, before);
    return {
      restored: {
        state: "restored",
        message: before.callbackUrl
          ? `Twilio sends this sender's messages to ${before.callbackUrl} again.`
          : "The webhook settings at Twilio are empty again, as they were before.",
      },
      actual: before,
    };
  } catch (error) {
    return failed(row, (error instanceof DomainError ? error : twilioToDomainError(error)).message);
  }
}

function failed(row: ConnectionRecord, why: string): PutBack {
  return {
    restored: {
      state: "failed",
      message: `The webhook settings at Twilio could not be put back. ${why} You can change them in Twilio's console.`,
    },
    actual: row.webhookActual,
  };
}
