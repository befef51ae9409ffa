import { createHash, createHmac } from "node:crypto";

/** Public URL of the servers, which is part of Twilio's signature. */
export const FAULT_PUBLIC_URL = "https://desk.example.org";
const WEBHOOK_PATH = "/api/webhooks/twilio-whatsapp";

/** A Twilio account with one sender. All accounts use the same message SIDs, so only the account distinguishes them. */
export interface FaultAccount {
  /** Number of the connection in the database. */
  connectionNo: number;
  sid: string;
  token: string;
  sender: string;
}

export function createFaultAccount(number: number): FaultAccount {
  const digits = String(number).padStart(4, "0");
  return {
    connectionNo: number,
    sid: `AC${digits.padStart(32, "a")}`,
    token: md5(`token ${number}`),
    sender: `whatsapp:+1415555${digits}`,
  };
}

export const FAULT_CONTACTS = 200;
export const OUTGOING_MESSAGES = 4_000;
/** Status of the seeded outgoing messages before the first callback. */
export const SENT_BEFORE_TEST = 3;

export function faultContactAddress(contact: number): string {
  return `whatsapp:+49151${String(contact).padStart(7, "0")}`;
}

const incomingSid = (number: number | string) => md5(`in ${number}`);
export const outgoingSid = (number: number) => md5(`out ${number}`);
export const outgoingId = (account: FaultAccount, number: number) =>
  md5(`id ${account.connectionNo} ${number}`).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");

export const STATUS_ORDER = {
  queued: 3,
  sent: 5,
  delivered: 6,
  read: 7,
  undelivered: 9,
  failed: 10,
} as const;
export type WebhookStatus = keyof typeof STATUS_ORDER;

interface WebhookKey {
  connectionNo: number;
  sid: string;
  step: number;
}

export interface FaultWebhook {
  key: WebhookKey;
  path: string;
  body: string;
  signature: string;
}

export function contactNameOf({ connectionNo, sid, step }: WebhookKey): string {
  return `${connectionNo} ${sid} ${step}`;
}

export function webhookKeyOf(name: string): WebhookKey {
  const [connectionNo, sid = "", step] = name.split(" ");
  return { connectionNo: Number(connectionNo), sid, step: Number(step) };
}

export function incomingWebhook(
  account: FaultAccount,
  number: number | string,
  contact: number,
): FaultWebhook {
  const sid = incomingSid(number);
  const from = faultContactAddress(contact);
  return signed(account, { connectionNo: account.connectionNo, sid, step: 0 }, WEBHOOK_PATH, [
    ["SmsMessageSid", `SM${sid}`],
    ["NumMedia", "0"],
    ["ProfileName", `Zoë Müller ${contact}`],
    ["MessageType", "text"],
    ["SmsSid", `SM${sid}`],
    ["WaId", from.slice("whatsapp:+".length)],
    ["SmsStatus", "received"],
    ["Body", `Message ${number}: where is my order? 😊`],
    ["To", account.sender],
    ["NumSegments", "1"],
    ["ReferralNumMedia", "0"],
    ["MessageSid", `SM${sid}`],
    ["AccountSid", account.sid],
    ["From", from],
    ["ApiVersion", "2010-04-01"],
  ]);
}

export function statusCallback(account: FaultAccount, number: number, status: WebhookStatus): FaultWebhook {
  const sid = outgoingSid(number);
  const key = { connectionNo: account.connectionNo, sid, step: STATUS_ORDER[status] };
  const path = `${WEBHOOK_PATH}/status/${outgoingId(account, number)}`;
  return signed(account, key, path, [
    ["ChannelPrefix", "whatsapp"],
    ["ApiVersion", "2010-04-01"],
    ["MessageStatus", status],
    ["SmsSid", `SM${sid}`],
    ["SmsStatus", status],
    ["To", faultContactAddress(number % FAULT_CONTACTS)],
    ["From", account.sender],
    ["MessageSid", `SM${sid}`],
    ["AccountSid", account.sid],
    ["ChannelToAddress", "+49151XXXX"],
    ...(STATUS_ORDER[status] >= STATUS_ORDER.undelivered ? [["ErrorCode", "63016"] as [string, string]] : []),
  ]);
}

/** Twilio's signature: the URL, then the name and value of every parameter, sorted by name; HMAC-SHA1 with the token. */
function signed(
  account: FaultAccount,
  key: WebhookKey,
  path: string,
  pairs: [string, string][],
): FaultWebhook {
  const sorted = pairs.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const message = FAULT_PUBLIC_URL + path + sorted.map(([name, value]) => name + value).join("");
  const signature = createHmac("sha1", account.token).update(message).digest("base64");
  return { key, path, body: new URLSearchParams(pairs).toString(), signature };
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
