import type { SenderWebhook } from "@waystation/db/schema";
import type { TwilioClient } from "./client.ts";

/**
 * Sets the webhook block of a WhatsApp sender, and nothing else of it; or the inbound and status URLs of a Messaging
 * Service. The official client sends a sender's update as it is given, so the keys are Twilio's own, in snake case
 * (its classes would also send the profile, as nulls).
 */
export async function setWebhook(
  client: TwilioClient,
  target: { senderSid: string | null; messagingServiceSid: string | null },
  webhook: SenderWebhook,
): Promise<void> {
  if (target.messagingServiceSid !== null) {
    await client.messaging.v1.services(target.messagingServiceSid).update({
      inboundRequestUrl: webhook.callbackUrl ?? "",
      inboundMethod: webhook.callbackMethod ?? "POST",
      statusCallback: webhook.statusCallbackUrl ?? "",
    });
    return;
  }
  const block = {
    callback_url: webhook.callbackUrl ?? "",
    callback_method: webhook.callbackMethod ?? "POST",
    status_callback_url: webhook.statusCallbackUrl ?? "",
    status_callback_method: webhook.statusCallbackMethod ?? "POST",
  };
  const update = { webhook: block } as unknown as Parameters<
    ReturnType<typeof client.messaging.v2.channelsSenders>["update"]
  >[0];
  await client.messaging.v2.channelsSenders(target.senderSid ?? "").update(update);
}
