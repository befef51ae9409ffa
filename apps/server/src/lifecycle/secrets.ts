import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import {
  type Keyring,
  readKeyring,
  SealError,
  seal,
  sealKeyIdOf,
  unseal,
} from "@waystation/core/credentials";
import type { Database } from "@waystation/db/client";
import { installationSettings } from "@waystation/db/schema/schema";
import {
  countSealedValues,
  KEY_CHECK_CONTEXT,
  KEY_CHECK_TEXT,
  readKeyCheck,
} from "@waystation/whatsapp/sealing-keys/sealed-values";
import { eq } from "drizzle-orm";
import type { ServerConfig } from "./config.ts";
import { prepareDataDir } from "./data-dir.ts";
import { createKeyFile, type KeyFile, keyFilePath, readKeyFile, replaceKeyFile } from "./key-file.ts";
import type { Logger } from "./logger.ts";
import { StartError } from "./start-error.ts";

export interface Secrets {
  keyring: Keyring;
  authSecret: string;
  linkSecret: string;
}

type Source = Pick<ServerConfig, "keyring" | "authSecret" | "dataDir">;

const AUTH_CHECK = "auth_secret_check";

/**
 * The keys as configured, else as kept in the data folder, else made now and kept there. Never made where the database
 * shows that there were others: what those sealed or signed would be lost.
 */
export async function loadSecrets(source: Source, db: Database, log: Logger): Promise<Secrets> {
  const path = keyFilePath(source.dataDir);
  // Before the file: what a server that starts beside this one puts there, its file held already.
  const wanted = await keysInUse(db);
  const hadAuthSecret = (await readRow(db, AUTH_CHECK)) !== null;
  const kept = source.keyring && source.authSecret ? null : readKeyFile(path);
  const keptKeys = kept?.encryptionKeys && keyringOf(path, kept.encryptionKeys);
  const keyring = source.keyring ?? keptKeys ?? null;
  const authSecret = source.authSecret ?? kept?.authSecret ?? null;

  requireKeys(path, wanted, keyring);
  if (!authSecret && hadAuthSecret)
    throw new StartError(
      `AUTH_SECRET is not set, and ${path}, where this database's own was kept, is missing or lacks it. Put that file back, or set AUTH_SECRET (everybody then signs in again).`,
    );

  const made: KeyFile = {
    ...(!keyring && { encryptionKeys: [randomBytes(32).toString("base64")] }),
    ...(!authSecret && { authSecret: randomBytes(32).toString("base64url") }),
  };
  const isMade = Object.keys(made).length > 0;
  if (isMade) {
    prepareDataDir(source.dataDir);
    if (kept) replaceKeyFile(path, { ...kept, ...made });
    else if (!createKeyFile(path, made)) return loadSecrets(source, db, log);
  }

  const ring = keyring ?? readKeyring(made.encryptionKeys?.join() ?? "");
  const secret = authSecret ?? made.authSecret ?? "";
  try {
    await claimKeyring(db, path, ring);
    await claimAuthSecret(db, secret, { path, isChangeable: source.authSecret !== null, log });
  } catch (error) {
    // Nothing was sealed with it yet, and it must not be mistaken for the key that won.
    if (isMade && !kept) rmSync(path);
    throw error;
  }
  if (isMade)
    log.info(
      { path, keys: ring.keys.map(({ id }) => id) },
      "Keys were made. Back this file up: see SECURITY.md",
    );
  const linkSecret = Buffer.from(hkdfSync("sha256", secret, "", "waystation links", 32)).toString("hex");
  return { keyring: ring, authSecret: secret, linkSecret };
}

function keyringOf(path: string, keys: string[]): Keyring {
  try {
    return readKeyring(keys.join());
  } catch (error) {
    throw new StartError(`${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The ids of all keys without which something in the database cannot be opened. */
async function keysInUse(db: Database): Promise<{ id: string; credentials: number }[]> {
  const seals = await countSealedValues(db);
  const canary = await readKeyCheck(db);
  if (canary && !seals.has(sealKeyIdOf(canary))) seals.set(sealKeyIdOf(canary), 0);
  return [...seals].map(([id, credentials]) => ({ id, credentials }));
}

function requireKeys(path: string, wanted: { id: string; credentials: number }[], ring: Keyring | null) {
  const missing = wanted.find(({ id }) => !ring?.keys.some((key) => key.id === id));
  if (!missing) return;
  const here = ring
    ? `is not among the keys here (${ring.keys.map(({ id }) => id).join(", ")})`
    : `is missing: ENCRYPTION_KEYS is not set and there is no key in ${path}`;
  throw new StartError(
    `This database was set up with encryption key ${missing.id}${missing.credentials > 0 ? `, which sealed ${missing.credentials} of its credentials,` : ""} and that key ${here}. Put it back: in ${path}, or in ENCRYPTION_KEYS. Only if it is lost for good, give up what it sealed with: keys forget ${missing.id}`,
  );
}

/** The first server to come leaves a seal that every later one must be able to open. */
async function claimKeyring(db: Database, path: string, keyring: Keyring): Promise<void> {
  await db
    .insert(installationSettings)
    .values({ key: KEY_CHECK_TEXT, value: seal(keyring, KEY_CHECK_CONTEXT, "waystation") })
    .onConflictDoNothing();
  const canary = await readKeyCheck(db);
  try {
    unseal(keyring, KEY_CHECK_CONTEXT, canary ?? "");
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new StartError(
      `Another server has just set this database up with its own encryption key ${sealKeyIdOf(canary ?? "")}. Copy that server's keys.json to ${path}, or give both the same ENCRYPTION_KEYS and AUTH_SECRET.`,
    );
  }
}

async function claimAuthSecret(
  db: Database,
  secret: string,
  { path, isChangeable, log }: { path: string; isChangeable: boolean; log: Logger },
): Promise<void> {
  const value = createHmac("sha256", secret).update("waystation auth secret").digest("base64url");
  await db.insert(installationSettings).values({ key: AUTH_CHECK, value }).onConflictDoNothing();
  if ((await readRow(db, AUTH_CHECK)) === value) return;
  if (!isChangeable)
    throw new StartError(
      `The authSecret in ${path} is not the one this database was set up with. Put the right file back, or set AUTH_SECRET.`,
    );
  await db.update(installationSettings).set({ value }).where(eq(installationSettings.key, AUTH_CHECK));
  log.warn("AUTH_SECRET has changed: everybody has to sign in again, and open invitation links end.");
}

async function readRow(db: Database, key: string): Promise<string | null> {
  const [row] = await db.select().from(installationSettings).where(eq(installationSettings.key, key));
  return row?.value ?? null;
}
