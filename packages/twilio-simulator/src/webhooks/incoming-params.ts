import type { SignedParams } from "../sign.ts";
import type { SimulatorMedia, SimulatorMessage } from "../state/types.ts";

/** The kinds of message a customer can send, as the control API names them. */
export const incomingKinds = [
  "text",
  "image",
  "audio",
  "video",
  "document",
  "sticker",
  "location",
  "contacts",
  "button",
  "list",
  "reply",
  "referral",
  "flow",
  "unknown",
] as const;

export type IncomingKind = (typeof incomingKinds)[number];

export type IncomingDetails = {
  profileName?: string;
  buttonText?: string;
  buttonPayload?: string;
  listId?: string;
  listTitle?: string;
  listDescription?: string;
  latitude?: string;
  longitude?: string;
  address?: string;
  label?: string;
  repliedMessageSid?: string;
  repliedMessageSender?: string;
  forwarded?: boolean;
  externalUserId?: string;
  profileUsername?: string;
};

/** MessageType as observed in captures. The values for sticker and video are assumptions. */
const messageTypes: Record<IncomingKind, string> = {
  text: "text",
  image: "image",
  audio: "audio",
  video: "video",
  document: "document",
  sticker: "sticker",
  location: "location",
  contacts: "contacts",
  button: "interactive",
  list: "interactive",
  reply: "text",
  referral: "text",
  flow: "interactive",
  unknown: "unsupported",
};

/** The parameters of an incoming message webhook, in the order observed in captures, which is not alphabetical. */
export function buildIncomingParams(
  message: SimulatorMessage,
  kind: IncomingKind,
  details: IncomingDetails,
  media: SimulatorMedia[],
  baseUrl: string,
): SignedParams {
  const phone = /^whatsapp:\+(\d+)$/.exec(message.from ?? "")?.[1];
  const text = (value: string | undefined) => value ?? "";
  const context: Record<string, string> = {};
  const params: SignedParams = [];
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) params.push([name, value]);
  };

  media.forEach((item, index) => {
    add(`MediaContentType${index}`, item.contentType);
  });
  if (kind === "location") {
    add("Latitude", details.latitude ?? "44.387611");
    add("Longitude", details.longitude ?? "-68.203911");
    add("Address", details.address);
  }
  if (details.repliedMessageSid) add("OriginalRepliedMessageSender", text(details.repliedMessageSender));
  add("ExternalUserId", details.externalUserId);
  add("SmsMessageSid", message.sid);
  add("NumMedia", String(media.length));
  add("ProfileName", details.profileName);
  add("ProfileUsername", details.profileUsername);
  add("MessageType", messageTypes[kind]);
  add("SmsSid", message.sid);
  add("WaId", phone);
  add("SmsStatus", "received");
  if (kind === "location") add("Label", details.label);
  add("Body", message.body);
  if (details.forwarded !== undefined) {
    add("Forwarded", String(details.forwarded));
    add("FrequentlyForwarded", "false");
  }
  if (kind === "button") {
    add("ButtonText", text(details.buttonText));
    add("ButtonPayload", text(details.buttonPayload));
    add("ButtonType", "REPLY");
    context.ButtonText = text(details.buttonText);
  }
  if (kind === "list") {
    add("ListId", text(details.listId));
    add("ListTitle", text(details.listTitle));
    add("ListDescription", details.listDescription);
  }
  if (kind === "flow") {
    const answers = { flow_token: "boat-survey", screen_0_rating_0: "0_5_of_5" };
    add("InteractiveData", JSON.stringify({ flowResponse: answers }));
    add("FlowData", JSON.stringify(answers));
  }
  add("To", message.to);
  if (message.serviceSid) add("MessagingServiceSid", message.serviceSid);
  add("NumSegments", "1");
  if (kind === "referral") addReferral(add);
  add("ReferralNumMedia", kind === "referral" ? "1" : "0");
  add("MessageSid", message.sid);
  add("AccountSid", message.accountSid);
  add("OriginalRepliedMessageSid", details.repliedMessageSid);
  if (details.profileName) context.ProfileName = details.profileName;
  if (phone) context.WaId = phone;
  add("ChannelMetadata", JSON.stringify({ type: "whatsapp", data: { context } }));
  add("From", text(message.from ?? undefined));
  media.forEach((item, index) => {
    add(
      `MediaUrl${index}`,
      `${baseUrl}/2010-04-01/Accounts/${message.accountSid}/Messages/${message.sid}/Media/${item.sid}`,
    );
  });
  add("ApiVersion", "2010-04-01");
  return params;
}

/** Parameters of a click-to-WhatsApp ad. Only the first message has them. */
function addReferral(add: (name: string, value: string) => void): void {
  add("ReferralBody", "Two days on the water for the price of one");
  add("ReferralHeadline", "Autumn on the harbour");
  add("ReferralSourceId", "120240000000000001");
  add("ReferralSourceType", "ad");
  add("ReferralSourceUrl", "https://fb.me/example");
  add("ReferralMediaId", "media-1");
  add("ReferralMediaContentType", "image/jpeg");
  add("ReferralMediaUrl", "https://example.com/ad.jpg");
  add("ReferralCtwaClid", "ARexampleClickId");
}
