import { createHash } from "node:crypto";
import { WEBHOOK_PATH } from "@waystation/whatsapp/connections/webhook-url";
import { signWebhook } from "@waystation/whatsapp/webhooks/signature/signature";

/** The account, addresses and contacts of a load. The database is seeded to match. */
export interface BenchWorld {
  accountSid: string;
  token: string;
  sender: string;
  /** Prefix of the message names, so that two worlds in one database do not overlap. */
  name: string;
  contacts: number;
}

export const BENCH_PUBLIC_URL = "https://desk.example.org";
/** Share of the contacts who have written before and receive the outgoing messages. */
export const KNOWN_CONTACT_SHARE = 0.7;

export function createBenchWorld(number = 0, contacts = 10_000): BenchWorld {
  const digits = String(number).padStart(4, "0");
  return {
    accountSid: `AC${digits.padStart(32, "a")}`,
    token: createHash("md5").update(`token ${number}`).digest("hex"),
    sender: `whatsapp:+1415555${digits}`,
    name: `w${number}`,
    contacts,
  };
}

export function contactAddress(world: BenchWorld, contact: number): string {
  return `whatsapp:+49151${world.sender.slice(-4)}${String(contact).padStart(6, "0")}`;
}

/** SID of the outgoing message with this index. */
const outgoingSid = (world: BenchWorld, index: number) => hash(`${world.name} out ${index}`);
const outgoingPublicId = (world: BenchWorld, index: number) =>
  hash(`${world.name} id ${index}`).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");

export interface WebhookPayloads {
  /** All requests, as raw bytes, concatenated. */
  wire: Buffer;
  /** Start offset of each request, and the end. */
  offsets: Uint32Array;
  /** The key under which each request must be stored exactly once: SID and event. A duplicate has the key of its original. */
  keys: string[];
  /** Number of outgoing messages that the status callbacks refer to. */
  outgoing: number;
}

/**
 * Generates 40 % incoming messages and 60 % status callbacks in the order sent, delivered, read. 2 % of all requests are
 * repeated shortly after. The same arguments always produce the same bytes.
 */
export function createWebhookPayloads(world: BenchWorld, count: number): WebhookPayloads {
  const random = createRandom(count);
  const pieces: Buffer[] = [];
  const keys: string[] = [];
  const passed = { sent: 0, delivered: 0, read: 0 };
  const nextStatus = (): keyof typeof passed => {
    const turn = random(3);
    if (turn === 2 && passed.read < passed.delivered - 300) return "read";
    return turn >= 1 && passed.delivered < passed.sent - 100 ? "delivered" : "sent";
  };
  let incoming = 0;
  for (let index = 0; index < count; index++) {
    const back = index - 1 - random(1_000);
    const repeated = random(100) < 2 ? pieces[back] : undefined;
    if (repeated) {
      pieces.push(repeated);
      keys.push(keys[back] ?? "");
    } else if (random(100) < 40) {
      const sid = hash(`${world.name} in ${incoming++}`);
      pieces.push(requestOf(world, WEBHOOK_PATH, incomingMessage(world, sid, random)));
      keys.push(`SM${sid} received`);
    } else {
      const status = nextStatus();
      const message = passed[status]++;
      const path = `${WEBHOOK_PATH}/status/${outgoingPublicId(world, message)}`;
      const sid = outgoingSid(world, message);
      pieces.push(requestOf(world, path, statusCallback(world, sid, status, message)));
      keys.push(`SM${sid} ${status}`);
    }
  }
  const offsets = new Uint32Array(count + 1);
  pieces.forEach((piece, index) => {
    offsets[index + 1] = (offsets[index] ?? 0) + piece.length;
  });
  return { wire: Buffer.concat(pieces), offsets, keys, outgoing: passed.sent };
}

/** Generates incoming messages only. Contacts take turns. */
export function createMessages(world: BenchWorld, count: number): Buffer[] {
  const random = createRandom(count);
  return Array.from({ length: count }, (_, index) => {
    const sid = hash(`${world.name} message ${index}`);
    const message = incomingMessage(world, sid, random, index % world.contacts);
    return requestOf(world, WEBHOOK_PATH, message);
  });
}

function incomingMessage(
  world: BenchWorld,
  sid: string,
  random: (below: number) => number,
  contact = random(world.contacts),
) {
  const from = contactAddress(world, contact);
  const flavour = random(20);
  const shape: [string, string][] =
    flavour < 14
      ? [
          ["MessageType", "text"],
          ["NumMedia", "0"],
          ["Body", sentence(random)],
        ]
      : flavour < 17
        ? [
            ["MessageType", "image"],
            ["NumMedia", "1"],
            ["MediaContentType0", "image/jpeg"],
            [
              "MediaUrl0",
              `https://api.twilio.com/2010-04-01/Accounts/${world.accountSid}/Messages/SM${sid}/Media/ME${sid}`,
            ],
            ["Body", random(2) ? "" : sentence(random)],
          ]
        : flavour < 19
          ? [
              ["MessageType", "button"],
              ["NumMedia", "0"],
              ["ButtonText", "Yes, please"],
              ["ButtonPayload", "confirm-appointment"],
              ["ButtonType", "REPLY"],
              ["Body", "Yes, please"],
            ]
          : [
              ["MessageType", "location"],
              ["NumMedia", "0"],
              ["Latitude", `52.5${random(10_000)}`],
              ["Longitude", `13.4${random(10_000)}`],
              ["Address", "Unter den Linden 1, 10117 Berlin"],
              ["Body", ""],
            ];
  return [
    ["SmsMessageSid", `SM${sid}`],
    ["SmsSid", `SM${sid}`],
    ["MessageSid", `SM${sid}`],
    ["SmsStatus", "received"],
    ["ProfileName", `Zoë Müller ${contact}`],
    ["WaId", from.slice("whatsapp:+".length)],
    ["To", world.sender],
    ["From", from],
    ["NumSegments", "1"],
    ["ReferralNumMedia", "0"],
    ["AccountSid", world.accountSid],
    ["ApiVersion", "2010-04-01"],
    ...shape,
  ] satisfies [string, string][];
}

function statusCallback(world: BenchWorld, sid: string, status: string, message: number): [string, string][] {
  const contact = message % Math.floor(world.contacts * KNOWN_CONTACT_SHARE);
  return [
    ["ChannelPrefix", "whatsapp"],
    ["ApiVersion", "2010-04-01"],
    ["MessageStatus", status],
    ["SmsSid", `SM${sid}`],
    ["SmsStatus", status],
    ["ChannelInstallSid", `XE${"c".repeat(32)}`],
    ["To", contactAddress(world, contact)],
    ["From", world.sender],
    ["MessageSid", `SM${sid}`],
    ["AccountSid", world.accountSid],
    ["StructuredMessage", "false"],
    ["ChannelToAddress", "+49151XXXX"],
    ["MessagingServiceSid", `MG${"b".repeat(32)}`],
    ...(status === "sent" ? [] : [["EventType", status.toUpperCase()] satisfies [string, string]]),
  ];
}

function requestOf(world: BenchWorld, path: string, pairs: [string, string][]): Buffer {
  const body = new URLSearchParams(pairs).toString();
  return Buffer.from(
    [
      `POST ${path} HTTP/1.1`,
      "Host: desk.example.org",
      "User-Agent: TwilioProxy/1.1",
      "Accept: */*",
      "Content-Type: application/x-www-form-urlencoded; charset=UTF-8",
      `Content-Length: ${Buffer.byteLength(body)}`,
      `I-Twilio-Idempotency-Token: ${hash(body)}`,
      "X-Home-Region: us1",
      `X-Twilio-Signature: ${signWebhook(world.token, BENCH_PUBLIC_URL + path, pairs)}`,
      "",
      body,
    ].join("\r\n"),
  );
}

const WORDS =
  "hello thanks please order delivery tomorrow morning appointment invoice address number question when where möchte gerne Straße können Sie 😊 price size blue red return parcel late today phone call back name".split(
    " ",
  );

function sentence(random: (below: number) => number): string {
  return Array.from({ length: 3 + random(16) }, () => WORDS[random(WORDS.length)]).join(" ");
}

function hash(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

/**
 * Returns a function that generates whole numbers below its argument. Uses xorshift, for the same sequence on every machine.
 */
function createRandom(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}
