import { isBlank, withoutOverrides } from "@waystation/core/text";
import type { InteractiveField } from "../../webhooks/content/interactive-data.ts";
import type { WebhookParams } from "./webhook-params.ts";

/** Parameters that Twilio documents or sends today; the product shows what they mean, or they name nothing to a reader. */
const KNOWN = new Set(
  `AccountSid ApiVersion AddOns MessageSid SmsSid SmsMessageSid MessagingServiceSid SmsStatus MessageStatus From To Body
  NumMedia NumSegments MessageType ProfileName ProfileUsername Username WaId ExternalUserId ParentExternalUserId Forwarded
  FrequentlyForwarded Latitude Longitude Address Label ButtonText ButtonPayload ButtonType ListId ListTitle ListDescription
  InteractiveData FlowData ChannelMetadata OriginalRepliedMessageSid OriginalRepliedMessageSender ReferralNumMedia
  ReferralBody ReferralHeadline ReferralSourceId ReferralSourceType ReferralSourceUrl ReferralMediaId
  ReferralMediaContentType ReferralMediaUrl ReferralCtwaClid OptOutType ErrorCode ErrorMessage ErrorUrl EventType
  ChannelInstallSid ChannelPrefix ChannelToAddress ChannelStatusMessage StructuredMessage ReactionEmoji Emoji`.split(
    /\s+/,
  ),
);
const NUMBERED = /^(MediaUrl|MediaContentType|MediaSid|(From|To)(City|State|Zip|Country)$)\d*$/;
const MAX_PARAMS = 30;
const MAX_VALUE = 500;

/** What a webhook says beyond that: Twilio adds parameters without notice, and nothing of a message is lost here. */
export function unknownParams({ first, names }: WebhookParams): InteractiveField[] {
  return names
    .filter((name) => !KNOWN.has(name) && !NUMBERED.test(name) && !isBlank(first(name)))
    .slice(0, MAX_PARAMS)
    .map((name) => ({
      name: withoutOverrides(name),
      value: withoutOverrides((first(name) ?? "").slice(0, MAX_VALUE).toWellFormed()),
    }));
}
