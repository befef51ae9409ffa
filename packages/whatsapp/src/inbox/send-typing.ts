import { webhookEvents } from "@waystation/db/schema";
import { messages } from "@waystation/db/schema-inbox";
import { and, eq, gte, lte } from "drizzle-orm";
import { clientFor } from "../connections/configure-webhook.ts";
import { openCredentials } from "../connections/open-credentials.ts";
import { readTestClock } from "../connections/simulator-clock.ts";
import type { Context } from "../context.ts";
import { countAttempt } from "../rate-limit.ts";
import { findConversation } from "./find-conversation.ts";
import type { ConversationInput } from "./inputs.ts";
import { isStillOpen, windowClosesAt } from "./window.ts";

/** WhatsApp takes it back by itself after 25 seconds, or when the answer comes. */
const ONCE = { limit: 1, seconds: 20 };
const MARGIN_MS = 1_000;

/**
 * Shows the customer that somebody types an answer, which also marks what they wrote as read, where the sender is set so.
 * Answers whether it was told; that it was not is nobody's trouble.
 */
export async function tellTyping(ctx: Context, input: ConversationInput): Promise<{ isTold: boolean }> {
  const { conversation, activity, connection } = await findConversation(ctx, input.conversationId);
  if (!connection.showsTyping || !connection.isActive) return { isTold: false };
  const closesAt = windowClosesAt(activity.lastIncomingAt, connection, await readTestClock(ctx));
  if (!isStillOpen(closesAt)) return { isTold: false };
  const { allowed } = await countAttempt(ctx.installation.db, `typing:${conversation.publicId}`, ONCE);
  const messageId = allowed ? await newestSid(ctx, activity.lastIncomingId) : null;
  if (messageId === null) return { isTold: false };
  try {
    const client = clientFor(ctx, openCredentials(ctx, connection));
    const { success } = await client.messaging.v2.typingIndicator.create({ messageId, channel: "whatsapp" });
    return { isTold: success };
  } catch {
    return { isTold: false };
  }
}

/** As Twilio named it: whether it begins with SM or MM only its webhook says. */
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
