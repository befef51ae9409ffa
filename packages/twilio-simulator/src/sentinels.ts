/**
 * Inputs that the simulator recognises. SIDs and tokens repeat one or two characters, so that secret scanners ignore them. The
 * README and the page list all of them with their meaning.
 */
const sid = (prefix: string, letters: string) => prefix + letters.repeat(32 / letters.length);

export const SENTINEL_ACCOUNTS = {
  healthy: sid("AC", "a"),
  trial: sid("AC", "b"),
  /** Owned by the healthy account. */
  subaccount: sid("AC", "c"),
  /** Every call: 403 / 20005. */
  suspended: sid("AC", "d"),
  /** The account can be read and has the status "closed". All other calls: 403 / 20005. */
  closed: sid("AC", "e"),
  /** The account can be read and has the status "suspended". All other calls: 403 / 20005. */
  suspendedReadable: sid("AC", "0"),
  noSenders: sid("AC", "1"),
  /** Sender updates: 400 if a URL has a fragment, else 202. */
  fragmentRefused: sid("AC", "2"),
  /** Sender updates: 403 / 20403. */
  senderUpdateRefused: sid("AC", "3"),
  /** Always 429 / 20429. */
  rateLimited: sid("AC", "4"),
  /** Always 500 / 20500. */
  serverError: sid("AC", "5"),
  /** Never responds. */
  hang: sid("AC", "6"),
  /** 200 with an HTML page. */
  html: sid("AC", "7"),
  /** 200 with truncated JSON. */
  brokenJson: sid("AC", "8"),
  /** The connection is reset. */
  reset: sid("AC", "9"),
  /** The list of Messaging Services: 500 / 20500. */
  servicesFail: sid("AC", "a1"),
  /** The list of senders: 403 with plain text. */
  sendersForbidden: sid("AC", "a2"),
  /** Lists of senders and of Messaging Services: 200 with an HTML page. */
  listsUnreadable: sid("AC", "a3"),
  /** The sender pools of Messaging Services: 429 / 20429. */
  poolsLimited: sid("AC", "a4"),
  /** Every nullable field is null, except the address of the first sender and the SID of the service. */
  nulls: sid("AC", "a5"),
  /** Status and type of the account, and status of its sender, have undocumented values. */
  unknownWords: sid("AC", "a6"),
} as const;

/** The primary Auth Token of a sentinel account: the 32 characters after AC of its SID. */
export function sentinelTokenOf(accountSid: string): string {
  return accountSid.slice(2);
}

export const SENTINEL_TOKENS = {
  /** Primary Auth Token of the healthy account. Authenticates REST calls and signs webhooks. */
  primary: "a".repeat(32),
  /** Secondary Auth Token of the healthy account. Authenticates REST calls; signs nothing until it is promoted. */
  secondary: "b".repeat(32),
  /** Belongs to no account: 401 / 20003. */
  wrong: "f".repeat(32),
} as const;

export const SENTINEL_API_KEYS = {
  /** Full access except /Accounts and /Keys: 401 / 20003 there. */
  standard: { sid: sid("SK", "a"), secret: "s".repeat(32) },
  /** Reads senders, services and templates. All message calls: 401 / 70051. */
  restricted: { sid: sid("SK", "b"), secret: "r".repeat(32) },
  /** A main key has full access. */
  main: { sid: sid("SK", "c"), secret: "m".repeat(32) },
} as const;

export const SENTINEL_SENDERS = {
  /** ONLINE, quality HIGH, 1K customers in 24 hours. */
  online: "whatsapp:+14155550100",
  /** ONLINE and in the pool of SERVICE, which handles its incoming messages. */
  inService: "whatsapp:+14155550101",
  /** OFFLINE with reasons. Its messages fail with 63001. */
  offline: "whatsapp:+14155550102",
  /** PENDING_VERIFICATION. Cannot send: 400 / 63007. */
  pending: "whatsapp:+14155550103",
} as const;

/** Messaging Service of the healthy account. */
export const SENTINEL_SERVICE = sid("MG", "a");

export const SENTINEL_TEMPLATES = {
  approved: sid("HX", "a"),
  pending: sid("HX", "b"),
  rejected: sid("HX", "c"),
  paused: sid("HX", "d"),
} as const;

/** A trial account can send to this recipient and to customers who wrote first. Any other recipient: 400 / 21608. */
export const VERIFIED_TRIAL_RECIPIENT = "whatsapp:+15005550006";

/** Endings of recipient numbers for which the create call fails. */
export const REJECTED_RECIPIENT_ENDINGS: Record<string, { status: number; code: number; message: string }> = {
  "21211": { status: 400, code: 21211, message: "Invalid 'To' Phone Number: {to}" },
  "21408": {
    status: 400,
    code: 21408,
    message:
      "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {to}",
  },
  "21610": { status: 400, code: 21610, message: "Attempt to send to unsubscribed recipient" },
  "21614": { status: 400, code: 21614, message: "'To' number is not a valid mobile number" },
  "90429": { status: 429, code: 20429, message: "Too Many Requests" },
  "90500": { status: 500, code: 20500, message: "An internal server error has occurred" },
  "90503": { status: 503, code: 20503, message: "Service is temporarily unavailable" },
};

/** Endings of recipient numbers for which the create call responds with 201 and the message fails with this error later. */
export const FAILED_RECIPIENT_ENDINGS: Record<string, { status: "failed" | "undelivered"; message: string }> =
  {
    "63001": { status: "failed", message: "Channel could not authenticate the request" },
    "63003": { status: "undelivered", message: "Channel could not find To address" },
    "63005": { status: "undelivered", message: "Channel did not accept given content" },
    "63010": { status: "failed", message: "Twilio encountered an internal server error" },
    "63012": { status: "undelivered", message: "Channel provider returned an internal service error" },
    "63013": {
      status: "undelivered",
      message: "Message send failed because it violates Channel provider's policy",
    },
    "63015": {
      status: "failed",
      message: "Channel Sandbox can only send messages to phone numbers that have joined the Sandbox",
    },
    "63016": {
      status: "undelivered",
      message:
        "Failed to send freeform message because you are outside the allowed window. If you are using WhatsApp, please use a Message Template.",
    },
    "63018": { status: "failed", message: "Rate limit exceeded for Channel" },
    "63019": { status: "failed", message: "Media failed to download" },
    "63021": { status: "undelivered", message: "Channel invalid content error" },
    "63024": { status: "undelivered", message: "Invalid message recipient" },
    "63032": {
      status: "undelivered",
      message: "We cannot send this message to this user because of a WhatsApp limitation",
    },
    "63033": { status: "undelivered", message: "Recipient has blocked your number" },
    "63034": { status: "failed", message: "Media exceeds messaging channel limit" },
    "63038": { status: "failed", message: "Account exceeded the daily messages limit" },
    "63040": { status: "failed", message: "Template has been rejected by the channel" },
    "63041": { status: "failed", message: "Template has been paused by the channel" },
    "63042": { status: "failed", message: "Template has been disabled by the channel" },
    "63049": { status: "undelivered", message: "Meta chose not to deliver this WhatsApp marketing message" },
    "63051": { status: "failed", message: "WhatsApp Business Account has been locked" },
  };

/** Endings of recipient numbers that affect the create call, or the last status the message reaches. */
export const CREATE_ERROR_ENDINGS = {
  /** Responds after five seconds. */
  slow: "90005",
  /** Never responds. No message is created. */
  hang: "90000",
  /** Never responds, but the message is created and runs. */
  acceptedThenHang: "90100",
  /** Resets the connection. No message is created. */
  reset: "90054",
  /** Creates and runs the message, then resets the connection. */
  acceptedThenReset: "90154",
  /** Stays at `sent`. */
  neverDelivered: "90201",
  /** Stays at `delivered`. */
  neverRead: "90202",
  /** `read` arrives without `delivered` before it. */
  readWithoutDelivered: "90203",
} as const;

/** A number that ends in the given code. Example: the code 63016 gives whatsapp:+15005563016. */
export function recipientWithEnding(code: string | number): string {
  return `whatsapp:+150055${String(code)}`;
}
