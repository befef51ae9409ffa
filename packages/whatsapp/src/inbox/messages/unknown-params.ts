import { isBlank, withoutOverrides } from "@waystation/core/text";
import type { InteractiveField } from "../../webhooks/content/interactive-data.ts";
import type { WebhookParams } from "./webhook-params.ts";

/** Parameters that Twilio documents or sends today. Their meaning is shown elsewhere, or has no use for a reader. */
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

/** The parameters that are not in `KNOWN`. Twilio adds parameters without notice, and no part of a message should be lost. */
export function unknownParams({ first, names }: WebhookParams): InteractiveField[] {
  return names
    .filter((name) => !KNOWN.has(name) && !NUMBERED.test(name) && !isBlank(first(name)))
    .slice(0, MAX_PARAMS)
    .map((name) => ({
      name: withoutOverrides(name),
      value: withoutOverrides((first(name) ?? "").slice(0, MAX_VALUE).toWellFormed()),
    }));
}
