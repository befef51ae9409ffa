import type { Store } from "@waystation/db/client";
import { createConversationCache } from "@waystation/whatsapp/webhooks/conversation-cache";
import { INCOMING } from "@waystation/whatsapp/webhooks/event-status";
import { parseForm } from "@waystation/whatsapp/webhooks/form";
import { readWebhook } from "@waystation/whatsapp/webhooks/read-webhook";
import { columnsOfKnown, type Delivery, projectionOf } from "@waystation/whatsapp/webhooks/webhook-record";
import type { Payloads } from "./payloads.ts";

/** The requests as the webhook route hands them on, for what is measured without HTTP. */
export function deliveriesOf(payloads: Payloads): Delivery[] {
  return payloads.keys.map((_, index) => {
    const text = payloads.wire.toString("utf8", payloads.offsets[index], payloads.offsets[index + 1]);
    const [head = "", content = ""] = text.split("\r\n\r\n");
    const body = Buffer.from(content);
    const pairs = parseForm(body) ?? [];
    const messageId = /status\/([0-9a-f-]+) /.exec(head)?.[1] ?? null;
    const webhook = readWebhook(pairs, body, messageId !== null);
    if (!webhook) throw new Error("A payload is no webhook.");
    return {
      receiver: { no: 1, organizationNo: 1 },
      webhook,
      projection: projectionOf(webhook, "stored"),
      body,
      messageId,
      outcome: "stored",
    };
  });
}

/** The parameters of the statement for what is known: all who write have a conversation already. */
export async function knownColumns(query: Store["query"], deliveries: Delivery[]): Promise<string[]> {
  const callers = createConversationCache(query);
  const calls = deliveries.filter(({ webhook }) => webhook.step === INCOMING);
  await callers.meet(calls);
  return columnsOfKnown(
    deliveries.map((delivery) => ({
      ...delivery,
      caller: delivery.webhook.step === INCOMING ? callers.find(delivery) : null,
    })),
  );
}
