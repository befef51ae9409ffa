import type { Context } from "@waystation/core/context";
import { messages } from "@waystation/db/schema/inbox";
import { webhookEvents } from "@waystation/db/schema/schema";
import { countAttempt } from "@waystation/identity/rate-limit";
import { and, eq, gte, lte } from "drizzle-orm";
import { twilioClientFor } from "../../connections/configure-webhook.ts";
import { unsealCredentials } from "../../connections/credentials/unseal-credentials.ts";
import { readTestClock } from "../../connections/simulator-clock.ts";
import type { ConversationInput } from "../inputs.ts";
import { requireConversation } from "../require-conversation.ts";
import { isServiceWindowOpen, serviceWindowClosesAt } from "./service-window.ts";

/** WhatsApp removes the indicator after 25 seconds, or when the reply arrives. */
const ONCE = { limit: 1, seconds: 20 };
const MARGIN_MS = 1_000;

/**
 * Shows the customer a typing indicator, which also marks their message as read, if the sender is set to do so. Returns whether
 * Twilio accepted it. Failures are ignored.
 */
export async function sendTypingIndicator(
  ctx: Context,
  input: ConversationInput,
): Promise<{ isTold: boolean }> {
  const { conversation, activity, connection } = await requireConversation(ctx, input.conversationId);
  if (!connection.showsTyping || !connection.isActive) return { isTold: false };
  const closesAt = serviceWindowClosesAt(activity.lastIncomingAt, connection, await readTestClock(ctx));
  if (!isServiceWindowOpen(closesAt)) return { isTold: false };
  const { allowed } = await countAttempt(ctx.installation.db, `typing:${conversation.publicId}`, ONCE);
  const messageId = allowed ? await newestSid(ctx, activity.lastIncomingId) : null;
  if (messageId === null) return { isTold: false };
  try {
    const client = twilioClientFor(ctx, unsealCredentials(ctx, connection));
    const { success } = await client.messaging.v2.typingIndicator.create({ messageId, channel: "whatsapp" });
    return { isTold: success };
  } catch {
    return { isTold: false };
  }
}

/** Only the webhook holds the SID's prefix, SM or MM. */
async function newestSid({ db }: Pick<Context, "db">, id: number | null): Promise<string | null> {
  if (id === null) return null;
  const [message] = await db.select({ at: messages.at }).from(messages).where(eq(messages.id, id));
  if (!message) return null;
  const [event] = await db
    .select({ body: webhookEvents.body, bytes: webhookEvents.bodyBytes })
    .from(webhookEvents)
    .where(
      and(
        eq(webhookEvents.id, id),
        gte(webhookEvents.receivedAt, new Date(message.at.getTime() - MARGIN_MS)),
        lte(webhookEvents.receivedAt, new Date(message.at.getTime() + MARGIN_MS)),
      ),
    );
  if (!event) return null;
  return new URLSearchParams(event.bytes?.toString("utf8") ?? event.body).get("MessageSid");
}
