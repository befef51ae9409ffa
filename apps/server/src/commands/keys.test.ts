import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { type Keyring, readKeyring } from "@waystation/core/credentials";
import { secondFactors, users } from "@waystation/db/schema/identity";
import { createTestStore } from "@waystation/db/testing/databases";
import { sealTotpSecret, unsealTotpSecret } from "@waystation/identity/second-factor/totp-secret";
import { expect, test } from "vitest";
import { readCommandConfig } from "../lifecycle/config.ts";
import { keyFilePath, readKeyFile } from "../lifecycle/key-file.ts";
import { loadSecrets } from "../lifecycle/secrets.ts";
import { StartError } from "../lifecycle/start-error.ts";
import { startServerProcess } from "../testing/server-process.ts";
import { createTestFolder, createTestLog, sealCredential } from "../testing/test-files.ts";
import { runKeyCommand } from "./key-commands.ts";

const idsOf = (keyring: Keyring) => keyring.keys.map(({ id }) => id);

async function keys(environment: Record<string, string>, ...parameters: string[]) {
  const said: string[] = [];
  let code = 0;
  try {
    await runKeyCommand(
      () => readCommandConfig(environment),
      parameters,
      (line) => said.push(line),
    );
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    code = 1;
    said.push(error.message);
  }
  return { code, said: said.join("\n") };
}

test("keys rotate without losing a credential", async () => {
  await using store = await createTestStore("postgres");
  using folder = createTestFolder();
  const { log } = createTestLog();
  const source = { keyring: null, authSecret: null, dataDir: folder.path };
  const environment = { DATABASE_URL: store.url ?? "", DATA_DIR: folder.path };
  const ring = () => readKeyring(readKeyFile(keyFilePath(folder.path))?.encryptionKeys?.join() ?? "");
  const before = await loadSecrets(source, store.db, log);
  const [old = ""] = idsOf(before.keyring);
  const credential = await sealCredential(store.db, before.keyring, "the token");
  expect(await keys(environment, "list")).toEqual({ code: 0, said: `${old}  seals  1 credentials` });

  expect(await keys(environment, "add")).toMatchObject({ code: 0, said: expect.stringMatching(/restart/) });
  const [first, fresh = ""] = idsOf(ring());
  expect(first).toBe(old);
  expect(await keys(environment, "drop", old)).toMatchObject({
    code: 1,
    said: expect.stringMatching(/still in use \(1 credentials\).*rewrap/),
  });
  expect(await keys(environment, "promote", fresh)).toMatchObject({ code: 0 });
  expect(idsOf(ring())).toEqual([fresh, old]);
  expect(await keys(environment, "drop", old)).toMatchObject({ code: 1 });
  expect(await keys(environment, "rewrap")).toEqual({ code: 0, said: "1 credentials sealed anew." });
  expect(await keys(environment, "rewrap")).toEqual({ code: 0, said: "0 credentials sealed anew." });
  expect(await keys(environment, "verify")).toEqual({ code: 0, said: "1 credentials open, 0 do not." });
  expect(await keys(environment, "drop", fresh)).toMatchObject({ code: 1 });
  expect(await keys(environment, "drop", old)).toMatchObject({ code: 0 });
  expect(idsOf(ring())).toEqual([fresh]);

  const after = await loadSecrets(source, store.db, log);
  expect(after.authSecret).toBe(before.authSecret);
  expect(await credential.read(after.keyring)).toBe("the token");
  await expect(credential.read(before.keyring)).rejects.toThrow(/not in the keyring/);
});

test("keys from the environment are printed to be set there, and nothing is written", async () => {
  await using store = await createTestStore("postgres");
  using folder = createTestFolder();
  const [one, other] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
  const environment = {
    DATABASE_URL: store.url ?? "",
    DATA_DIR: folder.path,
    ENCRYPTION_KEYS: `${one},${other}`,
  };
  const [, second = ""] = idsOf(readKeyring(environment.ENCRYPTION_KEYS));
  expect(await keys(environment, "promote", second)).toEqual({
    code: 0,
    said: `Set ENCRYPTION_KEYS in the environment of every server to:\n${other},${one}`,
  });
  expect(existsSync(keyFilePath(folder.path))).toBe(false);
});

test("a key that is lost for good is given up only when it is", async () => {
  await using store = await createTestStore("postgres");
  using folder = createTestFolder();
  const { log } = createTestLog();
  const source = { keyring: null, authSecret: "0123456789abcdefghijklmnopqrstuv", dataDir: folder.path };
  const lost = readKeyring(randomBytes(32).toString("base64"));
  const [id = ""] = idsOf(lost);
  await loadSecrets({ ...source, keyring: lost }, store.db, log);
  const credential = await sealCredential(store.db, lost, "the token");
  await expect(loadSecrets(source, store.db, log)).rejects.toThrow(`keys forget ${id}`);

  const database = { DATABASE_URL: store.url ?? "", DATA_DIR: folder.path };
  const held = { ...database, ENCRYPTION_KEYS: lost.keys[0]?.bytes.toString("base64") ?? "" };
  expect(await keys(held, "forget", id)).toMatchObject({ code: 1, said: expect.stringMatching(/is here/) });
  expect(await credential.read(lost)).toBe("the token");
  expect(await keys(database, "forget", id)).toMatchObject({
    code: 0,
    said: expect.stringMatching(/^Gave up 1 credentials/),
  });
  await expect(loadSecrets(source, store.db, log)).resolves.toBeDefined();
});

test("the command says what it did, or what it can do", async () => {
  using folder = createTestFolder();
  await using wrong = startServerProcess("commands/keys.ts", { DATA_DIR: folder.path }, ["rotate"]);
  expect(await wrong.closed).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^keys list/),
  });
  await using store = await createTestStore("postgres");
  const environment = {
    DATABASE_URL: store.url ?? "",
    ENCRYPTION_KEYS: randomBytes(32).toString("base64"),
  };
  await using list = startServerProcess("commands/keys.ts", environment, ["list"]);
  expect(await list.closed).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\w{8} {2}seals {2}0 credentials\n$/),
  });
});

test("the secrets of second steps rotate with the credentials, and a lost key leaves the backup codes", async () => {
  await using store = await createTestStore("postgres");
  using folder = createTestFolder();
  const { log } = createTestLog();
  const environment = { DATABASE_URL: store.url ?? "", DATA_DIR: folder.path };
  const ring = () => readKeyring(readKeyFile(keyFilePath(folder.path))?.encryptionKeys?.join() ?? "");
  const { keyring } = await loadSecrets(
    { keyring: null, authSecret: null, dataDir: folder.path },
    store.db,
    log,
  );
  const [old = ""] = idsOf(keyring);
  const [user] = await store.db.insert(users).values({ name: "Mia", email: "mia@example.org" }).returning();
  const userId = user?.id ?? "";
  const secretSealed = sealTotpSecret(keyring, userId, "JBSWY3DPEHPK3PXP");
  await store.db.insert(secondFactors).values({ userId, secretSealed, backupCodes: ["a hash"] });
  const read = async () => (await store.db.select().from(secondFactors))[0];

  await keys(environment, "add");
  const [, fresh = ""] = idsOf(ring());
  await keys(environment, "promote", fresh);
  expect(await keys(environment, "drop", old)).toMatchObject({ code: 1 });
  expect(await keys(environment, "rewrap")).toEqual({ code: 0, said: "1 credentials sealed anew." });
  expect(await keys(environment, "drop", old)).toMatchObject({ code: 0 });
  expect(unsealTotpSecret(ring(), userId, (await read())?.secretSealed ?? "")).toBe("JBSWY3DPEHPK3PXP");
  expect(() => unsealTotpSecret(ring(), randomUUID(), secretSealed), "in the row of somebody else").toThrow();

  rmSync(keyFilePath(folder.path));
  expect(await keys(environment, "forget", fresh)).toMatchObject({ code: 0 });
  expect(await read()).toMatchObject({ secretSealed: null, backupCodes: ["a hash"] });
});
