import {
  type Keyring,
  type SealContext,
  SealError,
  sharedKeyField,
  unseal,
} from "@waystation/core/credentials";
import type { Database } from "@waystation/db/client";
import { organizations } from "@waystation/db/schema/identity";
import { connections } from "@waystation/db/schema/schema";
import { sharedKeys } from "@waystation/db/schema/shared-keys";
import { eq, sql } from "drizzle-orm";
import type { ParsedWebhook } from "./parse-webhook.ts";
import type { SignatureAlgorithm } from "./signature/signature.ts";

/** A connection as the webhook route needs it. */
export interface WebhookConnection {
  no: number;
  connectionId: string;
  organizationId: string;
  organizationNo: number;
  isActive: boolean;
  sender: string;
  poolSenders: readonly string[];
  /** Both token slots, current first. Empty when the stored token cannot be decrypted; its webhooks are then not accepted. */
  tokens: readonly string[];
  sharedKeys: readonly WebhookSharedKey[];
}

/** A shared key. Twilio signs with it instead of the Auth Token when a Webhook Rule names it. */
interface WebhookSharedKey {
  id: string;
  algorithm: SignatureAlgorithm;
  /** Null when the stored secret cannot be decrypted. */
  secret: string | null;
}

/** Maximum delay until this server notices a connect or disconnect on another server. */
const KEEP_MS = 2_000;
/**
 * An older entry is reloaded in the background. Requests use the cached entry meanwhile, so a slow database does not delay
 * them.
 */
const RENEW_MS = 1_000;
/** While the database does not respond, older entries stay valid this long: nothing can be stored anyway. */
const KEEP_SILENT_MS = 60_000;
const SILENCE_MS = 1_000;
const MAX_ACCOUNTS = 2_000;
const TOKEN_LENGTH = 32;

interface Known {
  /** When the query began, on the monotonic clock. */
  askedAt: number;
  receivers: Promise<readonly WebhookConnection[]>;
  /** The last result from the database and the time of its query. */
  last: { askedAt: number; receivers: readonly WebhookConnection[] } | null;
  /** An entry is renewed once. After a failed renewal, the first request past `KEEP_MS` reloads the entry and waits. */
  renewal?: "running" | "failed";
}
type Cache = Map<string, Known>;
const caches = new WeakMap<Database, Cache>();

/** All connections of an account on this server, including disconnected ones. Empty for an account that was never connected. */
export function connectionsOfAccount(
  db: Database,
  keyring: Keyring,
  accountSid: string,
): Promise<readonly WebhookConnection[]> {
  const cache = cacheOf(db);
  const kept = cache.get(accountSid);
  const now = performance.now();
  if (kept && (now - kept.askedAt < KEEP_MS || kept.renewal === "running")) {
    if (now - kept.askedAt > RENEW_MS && !kept.renewal) void renew(cache, kept, db, keyring, accountSid);
    return kept.receivers;
  }
  const last = kept?.last ?? null;
  const loading = load(db, keyring, accountSid);
  const receivers = last && now - last.askedAt < KEEP_SILENT_MS ? orLast(loading, last.receivers) : loading;
  const known: Known = { askedAt: now, receivers, last };
  if (cache.size >= MAX_ACCOUNTS) cache.clear();
  cache.set(accountSid, known);
  loading.then(
    (loaded) => {
      known.last = { askedAt: now, receivers: loaded };
    },
    () => {
      if (receivers === loading && cache.get(accountSid) === known) cache.delete(accountSid);
    },
  );
  return receivers;
}

async function renew(
  cache: Cache,
  kept: Known,
  db: Database,
  keyring: Keyring,
  accountSid: string,
): Promise<void> {
  kept.renewal = "running";
  const askedAt = performance.now();
  const receivers = await load(db, keyring, accountSid).catch(() => null);
  if (!receivers) kept.renewal = "failed";
  // If the entry was evicted or replaced meanwhile, this result is not the newest.
  if (receivers && cache.get(accountSid) === kept)
    cache.set(accountSid, {
      askedAt,
      receivers: Promise.resolve(receivers),
      last: { askedAt, receivers },
    });
}

async function orLast<Answer>(loading: Promise<Answer>, last: Answer): Promise<Answer> {
  const silence = Promise.withResolvers<Answer>();
  const timer = setTimeout(() => silence.resolve(last), SILENCE_MS);
  try {
    return await Promise.race([loading.catch(() => last), silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Call after every change of an account's connections. */
export function evictAccount(db: Database, accountSid: string): void {
  cacheOf(db).delete(accountSid);
}

/**
 * The connection a webhook belongs to: the one with its sender, active before disconnected. Any number's webhook can carry a
 * `MessagingServiceSid`, so that field decides only where no sender matches.
 */
export function matchConnection(
  receivers: readonly WebhookConnection[],
  webhook: ParsedWebhook,
): WebhookConnection | null {
  const bySender = (receiver: WebhookConnection) =>
    webhook.ourAddresses.some(
      (address) => receiver.sender === address || receiver.poolSenders.includes(address),
    );
  const byService = (receiver: WebhookConnection) => receiver.sender === webhook.messagingServiceSid;
  const active = receivers.filter((receiver) => receiver.isActive);
  return (
    active.find(bySender) ??
    active.find(byService) ??
    receivers.find(bySender) ??
    receivers.find(byService) ??
    null
  );
}

async function load(
  db: Database,
  keyring: Keyring,
  accountSid: string,
): Promise<readonly WebhookConnection[]> {
  const rows = await db
    .select({ row: connections, organizationNo: organizations.no, keys: keysOfConnection })
    .from(connections)
    .innerJoin(organizations, eq(organizations.id, connections.organizationId))
    .where(eq(connections.accountSid, accountSid))
    .orderBy(connections.no);
  return rows.flatMap(({ row, organizationNo, keys }) => {
    if (row.no === null || organizationNo === null) return [];
    const place = { organizationId: row.organizationId, connectionId: row.id };
    return {
      no: row.no,
      connectionId: row.id,
      organizationId: row.organizationId,
      organizationNo,
      isActive: row.isActive,
      sender: row.sender,
      poolSenders: row.poolSenders,
      tokens: [
        openToken(keyring, { ...place, field: "auth_token" }, row.authTokenSealed),
        openToken(keyring, { ...place, field: "auth_token_next" }, row.authTokenNextSealed),
      ].filter((token) => token !== null),
      sharedKeys: keys.map(({ id, algorithm, sealed }) => ({
        id,
        algorithm,
        secret: openSecret(keyring, { ...place, field: sharedKeyField(id) }, sealed),
      })),
    };
  });
}

/** Part of the same query: a connection has at most four keys, and the cache loads often. */
const keysOfConnection = sql<{ id: string; algorithm: SignatureAlgorithm; sealed: string | null }[]>`(
  select coalesce(json_agg(json_build_object('id', k.key_id, 'algorithm', k.algorithm, 'sealed', k.secret_sealed)), '[]')
  from ${sharedKeys} k where k.connection_id = ${connections.id})`;

function openToken(keyring: Keyring, place: SealContext, sealed: string | null): string | null {
  const token = openSecret(keyring, place, sealed);
  return token?.length === TOKEN_LENGTH ? token : null;
}

function openSecret(keyring: Keyring, place: SealContext, sealed: string | null): string | null {
  if (sealed === null) return null;
  try {
    return unseal(keyring, place, sealed);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

function cacheOf(db: Database): Cache {
  const cache: Cache = caches.get(db) ?? new Map();
  caches.set(db, cache);
  return cache;
}
