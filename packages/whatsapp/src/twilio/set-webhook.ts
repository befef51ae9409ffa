import type { SenderWebhook } from "@waystation/db/schema/schema";
import type { TwilioClient } from "./client.ts";
import { updateResource } from "./resources.ts";

/** Sets only the webhook settings of a WhatsApp sender, or the URLs of a Messaging Service. */
export async function setTwilioWebhook(
  client: TwilioClient,
  target: { senderSid: string | null; messagingServiceSid: string | null },
  webhook: SenderWebhook,
): Promise<void> {
  if (target.messagingServiceSid !== null)
    return updateResource(
      client,
      `https://messaging.twilio.com/v1/Services/${target.messagingServiceSid}`,
      {
        InboundRequestUrl: webhook.callbackUrl ?? "",
        InboundMethod: webhook.callbackMethod ?? "POST",
        StatusCallback: webhook.statusCallbackUrl ?? "",
      },
      "application/x-www-form-urlencoded",
    );
  return updateResource(
    client,
    `https://messaging.twilio.com/v2/Channels/Senders/${encodeURIComponent(target.senderSid ?? "")}`,
    {
      webhook: {
        callback_url: webhook.callbackUrl ?? "",
        callback_method: webhook.callbackMethod ?? "POST",
        status_callback_url: webhook.statusCallbackUrl ?? "",
        status_callback_method: webhook.statusCallbackMethod ?? "POST",
      },
    },
    "application/json",
  );
}
