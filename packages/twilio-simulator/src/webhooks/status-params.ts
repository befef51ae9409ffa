import type { SignedParams } from "../sign.ts";
import type { MessageStatus, SimulatorMessage, SimulatorSender } from "../state/types.ts";

const eventTypes: Partial<Record<MessageStatus, string>> = {
  delivered: "DELIVERED",
  read: "READ",
  undelivered: "UNDELIVERED",
};

/** The parameters of a status callback of a channel message, in the order of captures. Channel fields start with `sent`. */
export function buildStatusParams(
  message: SimulatorMessage,
  status: MessageStatus,
  sender: SimulatorSender | undefined,
): SignedParams {
  const params: SignedParams = [];
  const failed = status === "failed" || status === "undelivered";
  const onChannel = status !== "queued" && status !== "canceled";
  const eventType = eventTypes[status];

  if (eventType) params.push(["EventType", eventType]);
  if (message.serviceSid) params.push(["MessagingServiceSid", message.serviceSid]);
  params.push(["SmsSid", message.sid], ["SmsStatus", status], ["MessageStatus", status]);
  if (onChannel) params.push(["ChannelToAddress", maskAddress(message.to)]);
  params.push(["To", message.to]);
  if (onChannel) params.push(["ChannelPrefix", "whatsapp"]);
  params.push(["MessageSid", message.sid], ["AccountSid", message.accountSid]);
  if (status === "sent") params.push(["StructuredMessage", message.contentSid ? "true" : "false"]);
  if (failed && message.errorCode !== null) {
    params.push(["ErrorCode", String(message.errorCode)]);
    if (message.errorMessage) params.push(["ChannelStatusMessage", message.errorMessage]);
  }
  params.push(["From", message.from ?? ""], ["ApiVersion", "2010-04-01"]);
  if (onChannel && status !== "read" && sender) params.push(["ChannelInstallSid", sender.sid]);
  return params;
}

/** Twilio masks the last four digits in the same way. */
function maskAddress(address: string): string {
  const bare = address.replace(/^whatsapp:/, "");
  return /^\+\d{5,}$/.test(bare) ? bare.replace(/\d{4}$/, "XXXX") : bare;
}
