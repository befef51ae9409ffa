import type { SimulatorSignatureAlgorithm } from "../sign.ts";
import type { WebhookConfig } from "./webhook-config.ts";

/** How an account misbehaves. A client can be tested against each behaviour. */
export type RecipientBehaviour =
  | "healthy"
  | "refused" // every call fails with 20005
  | "inactive" // the account itself can be read; all other calls fail with 20005
  | "rate-limited"
  | "server-error"
  | "hang"
  | "html"
  | "broken-json"
  | "reset"
  | "sender-update-refused"
  | "fragment-refused"
  | "services-fail"
  | "senders-forbidden"
  | "lists-unreadable"
  | "pools-limited"
  | "nulls"
  | "unknown-words";

export type SimulatorAccount = {
  sid: string;
  friendlyName: string;
  authToken: string;
  secondaryToken: string | null;
  secondaryTokenCreated: number;
  status: "active" | "suspended" | "closed";
  type: "Full" | "Trial";
  ownerSid: string;
  behaviour: RecipientBehaviour;
  dateCreated: number;
  dateUpdated: number;
  keys: SimulatorApiKey[];
  senders: SimulatorSender[];
  services: SimulatorService[];
  contents: ContentTemplate[];
  webhookConfig: WebhookConfig;
  note: string;
};

export type SimulatorApiKey = {
  sid: string;
  friendlyName: string;
  secret: string;
  kind: "main" | "standard" | "restricted";
  /** Restricted keys only: permissions as Twilio's IAM policies name them, such as /twilio/messaging/messages/read. */
  allow: string[];
  dateCreated: number;
  dateUpdated: number;
};

export type SenderStatus =
  | "CREATING"
  | "ONLINE"
  | "OFFLINE"
  | "PENDING_VERIFICATION"
  | "VERIFYING"
  | "ONLINE:UPDATING"
  | "TWILIO_REVIEW"
  | "DRAFT"
  | "STUBBED";

export type SimulatorSenderWebhook = {
  callback_url: string | null;
  callback_method: "POST" | "PUT";
  fallback_url: string | null;
  fallback_method: "POST" | "PUT";
  status_callback_url: string | null;
  status_callback_method: "POST" | "PUT";
};

export type SimulatorSender = {
  sid: string;
  /** whatsapp:+E164 */
  address: string;
  status: SenderStatus;
  wabaId: string;
  displayName: string;
  about: string;
  qualityRating: string | null;
  messagingLimit: string | null;
  offlineReasons: { code: string; message: string; more_info: string }[] | null;
  webhook: SimulatorSenderWebhook;
};

export type SimulatorService = {
  sid: string;
  friendlyName: string;
  inboundRequestUrl: string | null;
  inboundMethod: "GET" | "POST";
  fallbackUrl: string | null;
  fallbackMethod: "GET" | "POST";
  statusCallback: string | null;
  useInboundWebhookOnNumber: boolean;
  stickySender: boolean;
  smartEncoding: boolean;
  validityPeriod: number;
  usecase: string;
  /** SIDs of the senders in its pool. */
  senderSids: string[];
  dateCreated: number;
  dateUpdated: number;
};

export type ContentApproval = {
  name: string;
  category: string;
  contentType: string;
  status: "unsubmitted" | "received" | "pending" | "approved" | "rejected" | "paused" | "disabled";
  rejectionReason: string;
  allowCategoryChange: boolean;
};

export type ContentTemplate = {
  sid: string;
  friendlyName: string;
  language: string;
  variables: Record<string, string>;
  types: Record<string, Record<string, unknown>>;
  approval: ContentApproval | null;
  dateCreated: number;
  dateUpdated: number;
};

export type MessageStatus =
  | "accepted"
  | "scheduled"
  | "canceled"
  | "queued"
  | "sending"
  | "sent"
  | "failed"
  | "delivered"
  | "undelivered"
  | "received"
  | "read";

export type SimulatorMessage = {
  sid: string;
  accountSid: string;
  direction: "inbound" | "outbound-api" | "outbound-reply";
  from: string | null;
  to: string;
  body: string;
  status: MessageStatus;
  errorCode: number | null;
  errorMessage: string | null;
  serviceSid: string | null;
  contentSid: string | null;
  numMedia: number;
  statusCallback: string | null;
  sendAt: number | null;
  dateCreated: number;
  dateUpdated: number;
  dateSent: number | null;
  history: { status: MessageStatus; at: number }[];
  /** Incoming messages only: the time the business marked the message as read. */
  readAt?: number;
  /** The kind of message and its parts, taken from the webhook parameters. The page renders them. */
  kind: string;
  details: Record<string, string>;
};

export type SimulatorMedia = {
  sid: string;
  accountSid: string;
  messageSid: string;
  contentType: string;
  /** File name given by the sender. */
  name: string | null;
  bytes: Buffer;
  dateCreated: number;
  /** Until this time the content responds with 404, as new media do at Twilio. */
  availableAt: number;
  /** Number of further requests for the content that respond with 404. */
  requestsNotFound: number;
};

export type SimulatorAttempt = {
  url: string;
  method: string;
  startedAt: number;
  ms: number;
  status: number | null;
  headers: Record<string, string>;
  body: string;
  error: { kind: FailureKind; message: string } | null;
};

/**
 * `ct` and `rt` are the connect and read time-outs of Twilio's connection overrides. The other names are the simulator's own.
 */
export type FailureKind =
  | "ct"
  | "rt"
  | "connect"
  | "dns"
  | "tls"
  | "reset"
  | "partial"
  | "too-large"
  | "url"
  | "cut";

export type SimulatorDelivery = {
  id: string;
  accountSid: string;
  messageSid: string;
  kind: "incoming" | "status" | "fallback";
  url: string;
  method: "POST" | "PUT" | "GET";
  params: [string, string][];
  headers: Record<string, string>;
  signature: string;
  signedUrl: string;
  /** The shared key that signed the webhook. Null if the Auth Token did. */
  sharedKey: { id: string; algorithm: SimulatorSignatureAlgorithm } | null;
  state: "pending" | "delivered" | "failed" | "lost";
  chaos: string[];
  attempts: SimulatorAttempt[];
  alert: { sid: string; code: number; text: string } | null;
  createdAt: number;
};

export type MonitorAlert = {
  sid: string;
  accountSid: string;
  code: number;
  text: string;
  level: "error" | "warning";
  resourceSid: string;
  serviceSid: string | null;
  requestMethod: string;
  requestUrl: string;
  requestVariables: string;
  requestHeaders: string;
  responseHeaders: string;
  responseBody: string;
  dateCreated: number;
};
