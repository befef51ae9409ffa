import { randomBytes } from "node:crypto";
import { type Keyring, readKeyring, SealError, sealingKey, sealKeyIdOf } from "@waystation/core/credentials";
import type { OpenedDatabase } from "@waystation/db/client";
import { removeSealingKey } from "@waystation/whatsapp/sealing-keys/remove-sealing-key";
import { rewrapSealedValues } from "@waystation/whatsapp/sealing-keys/rewrap-values";
import { countSealedValues, readKeyCheck } from "@waystation/whatsapp/sealing-keys/sealed-values";
import { verifySealedValues } from "@waystation/whatsapp/sealing-keys/verify-values";
import type { ServerConfig } from "../lifecycle/config.ts";
import { keyFilePath, readKeyFile, replaceKeyFile } from "../lifecycle/key-file.ts";
import { openDatabase } from "../lifecycle/open-database.ts";
import { StartError } from "../lifecycle/start-error.ts";

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

function findRing(config: ServerConfig, print: Print): Ring | null {
  if (config.keyring)
    return {
      keyring: config.keyring,
      keep: (keys) =>
        print(`Set ENCRYPTION_KEYS in the environment of every server to:\n${encode(keys).join(",")}`),
    };
  const path = keyFilePath(config.dataDir);
  const kept = readKeyFile(path);
  if (!kept?.encryptionKeys) return null;
  return {
    keyring: readKeyring(kept.encryptionKeys.join()),
    keep: (keys) => {
      replaceKeyFile(path, { ...kept, encryptionKeys: encode(keys) });
      print(`Written to ${path}. Back it up, and restart the server.`);
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

async function list(store: OpenedDatabase, ring: Ring, print: Print) {
  const counts = await countSealedValues(store.db);
  for (const [index, { id }] of ring.keyring.keys.entries()) {
    print(`${id}  ${index === 0 ? "seals" : "opens"}  ${counts.get(id) ?? 0} credentials`);
    counts.delete(id);
  }
  for (const [id, count] of counts) print(`${id}  MISSING  ${count} credentials cannot be opened`);
}

async function verify(store: OpenedDatabase, ring: Ring, print: Print) {
  const { opened, broken } = await verifySealedValues(store.db, ring.keyring);
  if (broken.length > 0)
    throw new StartError(
      [
        ...broken.map(({ connectionId, field, problem }) => `${connectionId} ${field}: ${problem}`),
        `${opened} credentials open, ${broken.length} do not.`,
      ].join("\n"),
    );
  print(`${opened} credentials open, 0 do not.`);
}

async function drop(store: OpenedDatabase, ring: Ring, id: string | undefined) {
  const { keys } = ring.keyring;
  const key = pick(ring, id);
  const sealed = (await countSealedValues(store.db)).get(key.id) ?? 0;
  const canary = await readKeyCheck(store.db);
  if (sealed > 0 || sealKeyIdOf(canary ?? "") === key.id)
    throw new StartError(
      `Key ${key.id} is still in use (${sealed} credentials). Promote another key and run: keys rewrap`,
    );
  if (keys[0] === key) throw new StartError(`Key ${key.id} seals. Promote another key first.`);
  ring.keep(keys.filter((one) => one !== key));
}

async function forget(store: OpenedDatabase, ring: Ring | null, id: string | undefined, print: Print) {
  if (!id) throw new StartError("Say which key is lost. The server names it when it refuses to start.");
  if (ring?.keyring.keys.some((key) => key.id === id))
    throw new StartError(`Key ${id} is here: nothing sealed with it is lost.`);
  const forgotten = await removeSealingKey(store.db, id);
  print(
    `Gave up ${forgotten} credentials sealed with ${id}. Connect their senders again in the console, remove their shared keys and add them again; people whose second step was among them sign in with a backup code.`,
  );
}

type Print = (line: string) => void;
type Command = (store: OpenedDatabase, ring: Ring, id: string | undefined, print: Print) => unknown;

const COMMANDS: Record<string, Command> = {
  list: (store, ring, _id, print) => list(store, ring, print),
  add: (_store, ring) => ring.keep([...ring.keyring.keys, sealingKey(randomBytes(32))]),
  promote: (_store, ring, id) => {
    const key = pick(ring, id);
    ring.keep([key, ...ring.keyring.keys.filter((one) => one !== key)]);
  },
  rewrap: async (store, ring, _id, print) =>
    print(`${await rewrapSealedValues(store.db, ring.keyring)} credentials sealed anew.`),
  verify: (store, ring, _id, print) => verify(store, ring, print),
  drop: (store, ring, id) => drop(store, ring, id),
};

/** One command of `keys`, on the database that the configuration names. */
export async function runKeyCommand(
  readConfig: () => ServerConfig,
  [name = "", id]: string[],
  print: Print,
): Promise<void> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command && name !== "forget") throw new StartError(USAGE);
  const config = readConfig();
  const store = await openDatabase(config);
  try {
    await store.migrate();
    const ring = findRing(config, print);
    if (!command) return await forget(store, ring, id, print);
    if (!ring)
      throw new StartError(
        `There are no keys yet: ENCRYPTION_KEYS is not set, and none are in ${keyFilePath(config.dataDir)}.`,
      );
    await command(store, ring, id, print);
  } catch (error) {
    if (error instanceof SealError) throw new StartError(`${error.message} Run: keys verify`);
    throw error;
  } finally {
    await store.close();
  }
}
