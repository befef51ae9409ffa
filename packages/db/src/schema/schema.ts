import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { organizationPeople, organizations, users } from "./identity.ts";
import { connectionPolicy, organizationPolicy } from "./policies.ts";

export const bytea = customType<{ data: Buffer; driverData: Uint8Array }>({
  dataType: () => "bytea",
  fromDriver: (value) => Buffer.from(value),
});

const id = () => uuid().primaryKey().$defaultFn(uuidv7);
const moment = () => timestamp({ withTimezone: true });

/** A reason Twilio gives for a sender being offline. */
export interface OfflineReason {
  code: string;
  message: string;
  moreInfo: string | null;
}

/** The six webhook settings of a WhatsApp sender, as Twilio's Senders API v2 answers them. */
export interface SenderWebhook {
  callbackUrl: string | null;
  callbackMethod: string | null;
  fallbackUrl: string | null;
  fallbackMethod: string | null;
  statusCallbackUrl: string | null;
  statusCallbackMethod: string | null;
}

/** One Twilio sender (or Messaging Service) of one organisation. Disconnected ones stay: their history hangs on them. */
export const connections = pgTable(
  "twilio_whatsapp_connections",
  {
    id: id(),
    /** The narrow number by which hot tables name the connection. */
    no: integer().generatedAlwaysAsIdentity().unique(),
    organizationId: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: "restrict" }),
    mode: text({ enum: ["live", "test"] }).notNull(),
    displayName: text(),
    isActive: boolean().notNull().default(true),
    /** Customers are shown when somebody types an answer; Twilio then marks their messages as read. */
    showsTyping: boolean().notNull().default(false),

    accountSid: text().notNull(),
    accountName: text().notNull(),
    /** `active`, `suspended`, `closed`, or another word of Twilio's. */
    accountStatus: text().notNull(),
    /** `trial`, `full`, or another word of Twilio's. */
    accountType: text().notNull(),
    ownerAccountSid: text(),

    /** `whatsapp:+…`, or the `MG…` SID of a Messaging Service. */
    sender: text().notNull(),
    senderSid: text(),
    poolSenders: text().array().notNull().default(sql`'{}'`),
    senderStatus: text(),
    qualityRating: text(),
    messagingLimit: text(),
    offlineReasons: jsonb().$type<OfflineReason[]>().notNull().default([]),

    authTokenSealed: text(),
    /** The token that Twilio will sign with after a rotation; both slots verify. */
    authTokenNextSealed: text(),
    authTokenLastFour: text(),
    authTokenSetAt: moment(),
    authTokenPrimary: boolean(),
    apiKeySid: text(),
    apiKeySecretSealed: text(),

    /** The sender's webhook settings before we first touched them: disconnect puts them back. */
    webhookFound: jsonb().$type<SenderWebhook>(),
    /** What we set at Twilio; null when the admin pastes it. */
    webhookApplied: jsonb().$type<SenderWebhook>(),
    webhookActual: jsonb().$type<SenderWebhook>(),

    checkedAt: moment(),
    checkFailure: jsonb().$type<{ reason: string; message: string }>(),
    /** What Twilio did not say at the last check. */
    unchecked: jsonb().$type<{ what: string; reason: string; message: string }[]>().notNull().default([]),
    createdAt: moment().notNull().defaultNow(),
    disconnectedAt: moment(),
  },
  (t) => [
    organizationPolicy(),
    unique("connections_of_organization").on(t.organizationId, t.id),
    unique("connections_reattach").on(t.organizationId, t.accountSid, t.sender),
    uniqueIndex("connections_active_sender").on(t.accountSid, t.sender).where(sql`${t.isActive}`),
    index("connections_account").on(t.accountSid),
  ],
);

/** Ids of events and of messages: one sequence, so that the order of ids is the order of arrival in both. */
export const eventIds = pgSequence("twilio_whatsapp_webhook_events_id_seq");

/**
 * Every webhook exactly as Twilio signed it, append-only; all else about it is derived from `body`.
 * Narrow on purpose: this is the table that grows. Partitioned by the month of `receivedAt`: see `partitions.ts`.
 */
export const webhookEvents = pgTable(
  "twilio_whatsapp_webhook_events",
  {
    id: bigint({ mode: "number" }).notNull(),
    connectionNo: integer().notNull(),
    /** The 32 hex digits of the MessageSid; for what carries none, of the body's SHA-256. */
    sid: uuid().notNull(),
    /** What happened to the message: see `event-status.ts` of the webhooks folder. */
    step: smallint().notNull(),
    /** The status word itself where `step` has no number for it. */
    word: text(),
    outcome: smallint().notNull().default(0),
    receivedAt: moment().notNull().defaultNow(),
    body: text().notNull(),
    /** The body where it is not plain ASCII (never seen from Twilio): then `body` is empty. */
    bodyBytes: bytea(),
  },
  (t) => [
    primaryKey({ columns: [t.id, t.receivedAt] }),
    index("webhook_events_newest").on(t.connectionNo, t.id),
    connectionPolicy(),
  ],
);

/**
 * What makes an event the same event, kept for good: Twilio's signature carries no time, so a webhook of last year would
 * verify today. Apart from the log, whose months can be dropped.
 */
export const webhookEventKeys = pgTable(
  "webhook_event_keys",
  {
    sid: uuid().notNull(),
    step: smallint().notNull(),
    word: text(),
    connectionNo: integer().notNull(),
    eventId: bigint({ mode: "number" }).notNull(),
  },
  (t) => [
    connectionPolicy(),
    uniqueIndex("webhook_event_keys_once").on(t.sid, t.step, t.connectionNo).where(sql`${t.word} is null`),
    uniqueIndex("webhook_event_keys_once_word")
      .on(t.sid, t.word, t.connectionNo)
      .where(sql`${t.word} is not null`),
  ],
);

/** What arrived in each hour, so that a status page never counts the event table. */
export const connectionHours = pgTable(
  "connection_hours",
  {
    connectionNo: integer().notNull(),
    hour: moment().notNull(),
    incoming: integer().notNull().default(0),
    statuses: integer().notNull().default(0),
    failed: integer().notNull().default(0),
    rejected: integer().notNull().default(0),
    /** Webhooks that came while the connection was disconnected: answered, not stored. */
    ignored: integer().notNull().default(0),
    /** Signed webhooks for no connection: mostly SMS, Messenger and RCS to a number whose WhatsApp is connected. */
    unrouted: integer().notNull().default(0),
    /** Of those, the channels by the prefix of the address: `sms`, `messenger`, `rcs`, `whatsapp`, `other`. */
    unroutedChannels: text().array().notNull().default(sql`'{}'`),
    unroutedAt: moment(),
    lastAt: moment().notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.connectionNo, t.hour] }), connectionPolicy()],
);

/** Refused webhooks, so that an admin can see why nothing arrives. Unverified and bounded: see `reject.ts`. */
export const webhookRejections = pgTable(
  "webhook_rejections",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    connectionNo: integer().notNull(),
    receivedAt: moment().notNull().defaultNow(),
    reason: text().notNull(),
    body: text().notNull(),
    /** What the header of a shared key's signature said: anybody can write that. Null where it named no key. */
    keyId: text(),
    /** The algorithm that it named, where the key is stored here with another one. */
    otherAlgorithm: text(),
    /** The method and request target of a genuine webhook that was sent to another place than ours. */
    target: text(),
  },
  (t) => [index("webhook_rejections_newest").on(t.connectionNo, t.id), connectionPolicy()],
);

/** Who changed what. The database itself refuses to change or delete an entry. */
export const auditLog = pgTable(
  "audit_log",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    organizationId: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: "restrict" }),
    at: moment().notNull().defaultNow(),
    actorId: uuid(),
    actorName: text(),
    actorEmail: text(),
    action: text().notNull(),
    subject: text().notNull(),
    detail: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    ip: text(),
  },
  (t) => [
    index("audit_log_newest").on(t.organizationId, t.id),
    organizationPolicy(),
    foreignKey({ columns: [t.actorId], foreignColumns: [users.id] }).onDelete("set null"),
  ],
);

/**
 * A program's way in, for one organisation. What it writes it writes as `userId`: an account without a password, which
 * belongs to no team. Revoked ones stay, so that what they did keeps its name.
 */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: id(),
    organizationId: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    userId: uuid()
      .notNull()
      .unique()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text().notNull(),
    role: text({ enum: ["owner", "admin", "member"] }).notNull(),
    /** SHA-256 of the key, in hex. */
    hash: text().notNull().unique(),
    /** How the key begins, for people to tell it by. */
    start: text().notNull(),
    createdBy: uuid().references(() => users.id, { onDelete: "set null" }),
    createdAt: moment().notNull().defaultNow(),
    expiresAt: moment(),
    lastUsedAt: moment(),
    revokedAt: moment(),
  },
  (t) => [
    index("api_keys_of_organization").on(t.organizationId, t.id),
    foreignKey({
      name: "api_keys_person",
      columns: [t.organizationId, t.userId],
      foreignColumns: [organizationPeople.organizationId, organizationPeople.userId],
    }).onDelete("cascade"),
    organizationPolicy(),
  ],
);

/** Facts about this installation: the setup token, the keyring's canary. */
export const installationSettings = pgTable("instance", {
  key: text().primaryKey(),
  value: text().notNull(),
});

/** Calls counted in the current window, shared by all processes. */
export const callCounts = pgTable(
  "call_counts",
  {
    key: text().primaryKey(),
    windowStart: moment().notNull(),
    count: integer().notNull(),
  },
  (t) => [index("call_counts_by_start").on(t.windowStart)],
);
