import type { OpenedDatabase } from "@waystation/db/client";
import { INCOMING_STATUS } from "@waystation/whatsapp/webhooks/content/event-status";
import { createConversationCache } from "@waystation/whatsapp/webhooks/conversation-cache";
import { parseFormBody } from "@waystation/whatsapp/webhooks/form-body";
import { parseWebhook } from "@waystation/whatsapp/webhooks/parse-webhook";
import {
  columnsOfKnownRecords,
  projectionOfRecord,
  type WebhookRecord,
} from "@waystation/whatsapp/webhooks/webhook-record";
import type { WebhookPayloads } from "./payloads.ts";

/** Converts the requests to the records that the webhook route produces, for measurements without HTTP. */
export function webhookRecordsOf(payloads: WebhookPayloads): WebhookRecord[] {
  return payloads.keys.map((_, index) => {
    const text = payloads.wire.toString("utf8", payloads.offsets[index], payloads.offsets[index + 1]);
    const [head = "", content = ""] = text.split("\r\n\r\n");
    const body = Buffer.from(content);
    const pairs = parseFormBody(body) ?? [];
    const messageId = /status\/([0-9a-f-]+) /.exec(head)?.[1] ?? null;
    const webhook = parseWebhook(pairs, body, messageId !== null);
    if (!webhook) throw new Error("A payload is no webhook.");
    return {
      receiver: { no: 1, organizationNo: 1 },
      webhook,
      projection: projectionOfRecord(webhook, "stored"),
      body,
      messageId,
      outcome: "stored",
    };
  });
}

/** Parameters of the fast statement. All contacts already have a conversation. */
export async function knownConversationColumns(
  query: OpenedDatabase["query"],
  deliveries: WebhookRecord[],
): Promise<string[]> {
  const callers = createConversationCache(query);
  const calls = deliveries.filter(({ webhook }) => webhook.step === INCOMING_STATUS);
  await callers.meet(calls);
  return columnsOfKnownRecords(
    deliveries.map((delivery) => ({
      ...delivery,
      caller: delivery.webhook.step === INCOMING_STATUS ? callers.find(delivery) : null,
    })),
  );
}
