import { randomBytes } from "node:crypto";
import type { Store } from "@waystation/db/client";
import { type Keyring, keyIdOf, readKeyring, SealError, sealingKey } from "@waystation/whatsapp/credentials";
import { forgetKey } from "@waystation/whatsapp/keys/forget";
import { rewrapSeals } from "@waystation/whatsapp/keys/rewrap";
import { countSeals, readCanary } from "@waystation/whatsapp/keys/seals";
import { verifySeals } from "@waystation/whatsapp/keys/verify";
import { type Config, readCommandConfig } from "./config.ts";
import { keyFilePath, readKeyFile, replaceKeyFile } from "./key-file.ts";
import { openStore } from "./open-store.ts";
import { orExplain } from "./run.ts";
import { StartError } from "./start-error.ts";

const USAGE = `keys list              the keys, and how many credentials each has sealed
keys add               makes a further key, which opens only
keys promote <id>      lets that key seal from now on
keys rewrap            seals everything anew with the first key
keys verify            opens every credential, to see that it can be
keys drop <id>         removes a key that nothing is sealed with any more
keys forget <id>       gives up what a lost key sealed

To rotate: add, restart every server, promote, restart every server, rewrap, verify, drop.`;

interface Ring {
  keyring: Keyring;
  /** Keeps the ring in this new form, or says how. */
  keep(keys: Keyring["keys"]): void;
}

function findRing(config: Config): Ring {
  if (config.keyring)
    return {
      keyring: config.keyring,
      keep: (keys) =>
        console.log(`Set ENCRYPTION_KEYS in the environment of every server to:\n${encode(keys).join(",")}`),
    };
  const path = keyFilePath(config.dataDir);
  const kept = readKeyFile(path);
  if (!kept?.encryptionKeys)
    throw new StartError(`There are no keys yet: ENCRYPTION_KEYS is not set, and none are in ${path}.`);
  return {
    keyring: readKeyring(kept.encryptionKeys.join()),
    keep: (keys) => {
      replaceKeyFile(path, { ...kept, encryptionKeys: encode(keys) });
      console.log(`Written to ${path}. Back it up, and restart the server.`);
    },
  };
}

function encode(keys: Keyring["keys"]): string[] {
  return keys.map((key) => key.bytes.toString("base64"));
}

function pick({ keyring }: Ring, id: string | undefined) {
  const key = keyring.keys.find((candidate) => candidate.id === id);
  if (key) return key;
  throw new StartError(
    id
      ? `There is no key ${id} here. The keys are ${keyring.keys.map((one) => one.id).join(", ")}.`
      : `Say which key. The keys are ${keyring.keys.map((one) => one.id).join(", ")}.`,
  );
}

async function list(store: Store, ring: Ring) {
  const counts = await countSeals(store.db);
  for (const [index, { id }] of ring.keyring.keys.entries()) {
    console.log(`${id}  ${index === 0 ? "seals" : "opens"}  ${counts.get(id) ?? 0} credentials`);
    counts.delete(id);
  }
  for (const [id, count] of counts) console.log(`${id}  MISSING  ${count} credentials cannot be opened`);
}

async function verify(store: Store, ring: Ring) {
  const { opened, broken } = await verifySeals(store.db, ring.keyring);
  for (const { connectionId, field, problem } of broken) console.log(`${connectionId} ${field}: ${problem}`);
  console.log(`${opened} credentials open, ${broken.length} do not.`);
  if (broken.length > 0) process.exitCode = 1;
}

async function drop(store: Store, ring: Ring, id: string | undefined) {
  const { keys } = ring.keyring;
  const key = pick(ring, id);
  const sealed = (await countSeals(store.db)).get(key.id) ?? 0;
  const canary = await readCanary(store.db);
  if (sealed > 0 || keyIdOf(canary ?? "") === key.id)
    throw new StartError(
      `Key ${key.id} is still in use (${sealed} credentials). Promote another key and run: keys rewrap`,
    );
  if (keys[0] === key) throw new StartError(`Key ${key.id} seals. Promote another key first.`);
  ring.keep(keys.filter((one) => one !== key));
}

async function run(store: Store, ring: Ring, command: string | undefined, id: string | undefined) {
  const { keys } = ring.keyring;
  switch (command) {
    case "list":
      return list(store, ring);
    case "add":
      return ring.keep([...keys, sealingKey(randomBytes(32))]);
    case "promote": {
      const key = pick(ring, id);
      return ring.keep([key, ...keys.filter((one) => one !== key)]);
    }
    case "rewrap":
      return console.log(`${await rewrapSeals(store.db, ring.keyring)} credentials sealed anew.`);
    case "verify":
      return verify(store, ring);
    case "drop":
      return drop(store, ring, id);
  }
}

async function forget(store: Store, config: Config, id: string | undefined) {
  if (!id) throw new StartError("Say which key is lost. The server names it when it refuses to start.");
  if (findRingOrNull(config)?.keyring.keys.some((key) => key.id === id))
    throw new StartError(`Key ${id} is here: nothing sealed with it is lost.`);
  const forgotten = await forgetKey(store.db, id);
  console.log(
    `Gave up ${forgotten} credentials sealed with ${id}. Connect their senders again in the console.`,
  );
}

function findRingOrNull(config: Config): Ring | null {
  return config.keyring || readKeyFile(keyFilePath(config.dataDir))?.encryptionKeys ? findRing(config) : null;
}

await orExplain(async () => {
  const [command, id] = process.argv.slice(2);
  if (!command || !["list", "add", "promote", "rewrap", "verify", "drop", "forget"].includes(command))
    throw new StartError(USAGE);
  const config = readCommandConfig();
  const store = await openStore(config);
  try {
    await store.migrate();
    if (command === "forget") await forget(store, config, id);
    else await run(store, findRing(config), command, id);
  } catch (error) {
    if (error instanceof SealError) throw new StartError(`${error.message} Run: keys verify`);
    throw error;
  } finally {
    await store.close();
  }
});
