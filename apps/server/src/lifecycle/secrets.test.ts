import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Keyring, readKeyring } from "@waystation/core/credentials";
import { createTestStore, testDatabases } from "@waystation/db/testing/databases";
import { describe, expect, test } from "vitest";
import { createTestFolder, createTestLog, sealCredential } from "../testing/test-files.ts";
import { keyFilePath } from "./key-file.ts";
import { loadSecrets } from "./secrets.ts";
import { StartError } from "./start-error.ts";

const newKeyring = () => readKeyring(randomBytes(32).toString("base64"));
const idOf = (keyring: Keyring) => keyring.keys[0]?.id ?? "";
const nothingGiven = { keyring: null, authSecret: null };
const AUTH_SECRET = "0123456789abcdefghijklmnopqrstuv";

function writeKeyFile(dataDir: string, content: object) {
  writeFileSync(keyFilePath(dataDir), JSON.stringify(content), { mode: 0o600 });
}

describe.each(testDatabases)("the keys on %s", (kind) => {
  test("are made once, for this user alone, and found again", async () => {
    await using store = await createTestStore(kind);
    using folder = createTestFolder();
    const dataDir = join(folder.path, "data");
    const { log, lines } = createTestLog();
    const first = await loadSecrets({ ...nothingGiven, dataDir }, store.db, log);
    expect(statSync(keyFilePath(dataDir)).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(lines).toMatchObject([{ msg: expect.stringMatching(/Back this file up/) }]);
    expect(JSON.stringify(lines)).not.toContain(first.authSecret);

    const credential = await sealCredential(store.db, first.keyring, "the token");
    const second = await loadSecrets({ ...nothingGiven, dataDir }, store.db, log);
    expect(second).toEqual(first);
    expect(await credential.read(second.keyring)).toBe("the token");
    expect(lines).toHaveLength(1);
  });

  test("that are given need no folder", async () => {
    await using store = await createTestStore(kind);
    const { log } = createTestLog();
    const source = {
      keyring: newKeyring(),
      authSecret: AUTH_SECRET,
      dataDir: "/nowhere/that/can/be/written",
    };
    const secrets = await loadSecrets(source, store.db, log);
    expect(secrets.keyring).toBe(source.keyring);
    expect(secrets.authSecret).toBe(AUTH_SECRET);
    expect(secrets.linkSecret).not.toContain(AUTH_SECRET);
    expect(existsSync(source.dataDir)).toBe(false);
  });

  test("are not made anew over credentials that another key sealed", async () => {
    await using store = await createTestStore(kind);
    using folder = createTestFolder();
    const lost = newKeyring();
    await sealCredential(store.db, lost, "the token");
    const loading = loadSecrets({ ...nothingGiven, dataDir: folder.path }, store.db, createTestLog().log);
    await expect(loading).rejects.toThrow(StartError);
    await expect(loading).rejects.toThrow(
      new RegExp(`encryption key ${idOf(lost)}, which sealed 1 .*is missing.*Put it back`),
    );
    expect(existsSync(keyFilePath(folder.path))).toBe(false);
  });

  test("of another installation are refused, and nothing is written over", async () => {
    await using store = await createTestStore(kind);
    using folder = createTestFolder();
    const { log } = createTestLog();
    const right = { keyring: newKeyring(), authSecret: AUTH_SECRET, dataDir: folder.path };
    await loadSecrets(right, store.db, log);
    const wrong = newKeyring();
    await expect(loadSecrets({ ...right, keyring: wrong }, store.db, log)).rejects.toThrow(
      `set up with encryption key ${idOf(right.keyring)} and that key is not among the keys here (${idOf(wrong)})`,
    );
    await expect(loadSecrets({ ...right, keyring: null }, store.db, log)).rejects.toThrow(
      /key .* is missing/,
    );
    await expect(loadSecrets(right, store.db, log)).resolves.toMatchObject({ authSecret: AUTH_SECRET });
  });

  test("may not lose one that still has credentials", async () => {
    await using store = await createTestStore(kind);
    const { log } = createTestLog();
    const [old, fresh] = [newKeyring(), newKeyring()];
    const both = { keys: [...fresh.keys, ...old.keys] };
    await loadSecrets({ keyring: fresh, authSecret: AUTH_SECRET, dataDir: "" }, store.db, log);
    await sealCredential(store.db, old, "the token");
    await expect(
      loadSecrets({ keyring: fresh, authSecret: AUTH_SECRET, dataDir: "" }, store.db, log),
    ).rejects.toThrow(`encryption key ${idOf(old)}, which sealed 1 of its credentials`);
    await expect(
      loadSecrets({ keyring: both, authSecret: AUTH_SECRET, dataDir: "" }, store.db, log),
    ).resolves.toMatchObject({ keyring: both });
  });

  test("of two servers that start first at the same moment are one's", async () => {
    await using store = await createTestStore(kind);
    using here = createTestFolder();
    using there = createTestFolder();
    const { log } = createTestLog();
    const start = (dataDir: string) => loadSecrets({ ...nothingGiven, dataDir }, store.db, log);
    const folders = [here.path, there.path];
    const results = await Promise.allSettled(folders.map(start));
    const winner = results.findIndex(({ status }) => status === "fulfilled");
    const loser = results.findIndex(({ status }) => status === "rejected");
    expect([winner, loser].toSorted()).toEqual([0, 1]);
    expect(results[loser]).toMatchObject({
      reason: expect.objectContaining({
        name: "StartError",
        message: expect.stringMatching(/keys\.json|key/),
      }),
    });
    expect(existsSync(keyFilePath(folders[loser] ?? ""))).toBe(false);
    await expect(start(folders[winner] ?? "")).resolves.toBeDefined();
    await expect(start(folders[loser] ?? "")).rejects.toThrow(/Put it back/);
  });

  test("of two servers that share a folder are the same", async () => {
    await using store = await createTestStore(kind);
    using folder = createTestFolder();
    const source = { ...nothingGiven, dataDir: folder.path };
    const { log } = createTestLog();
    const [one, other] = await Promise.all([
      loadSecrets(source, store.db, log),
      loadSecrets(source, store.db, log),
    ]);
    expect(one).toEqual(other);
  });

  test("keep the sessions: a lost auth secret is refused, a changed one said", async () => {
    await using store = await createTestStore(kind);
    using folder = createTestFolder();
    const { log, lines } = createTestLog();
    const source = { keyring: newKeyring(), authSecret: AUTH_SECRET, dataDir: folder.path };
    const before = await loadSecrets(source, store.db, log);
    await expect(loadSecrets({ ...source, authSecret: null }, store.db, log)).rejects.toThrow(
      /AUTH_SECRET is not set/,
    );
    const changed = [...AUTH_SECRET].toReversed().join("");
    const after = await loadSecrets({ ...source, authSecret: changed }, store.db, log);
    expect(after.linkSecret).not.toBe(before.linkSecret);
    expect(lines).toMatchObject([
      { level: 40, msg: expect.stringMatching(/everybody has to sign in again/) },
    ]);
    writeKeyFile(folder.path, { authSecret: AUTH_SECRET });
    await expect(loadSecrets({ ...source, authSecret: null }, store.db, log)).rejects.toThrow(
      /authSecret in .* is not the one/,
    );
  });
});

describe("the key file", () => {
  const good = () => ({
    encryptionKeys: [randomBytes(32).toString("base64")],
    authSecret: AUTH_SECRET,
  });

  test.for<[name: string, prepare: (path: string) => void, sentence: RegExp]>([
    ["others may read", (path) => chmodSync(path, 0o640), /\(mode 640\)\. Run: chmod 600 /],
    ["others may write", (path) => chmodSync(path, 0o602), /\(mode 602\)\. Run: chmod 600 /],
    ["cut off", (path) => writeFileSync(path, readFileSync(path, "utf8").slice(0, 40)), /damaged.*backup/],
    ["another shape", (path) => writeFileSync(path, '{"keys":[]}'), /damaged.*backup/],
    [
      "a short key",
      (path) => writeFileSync(path, JSON.stringify({ ...good(), encryptionKeys: ["c2hvcnQ="] })),
      /keys\.json: .*32 random bytes/,
    ],
    [
      "a key that is not random",
      (path) =>
        writeFileSync(
          path,
          JSON.stringify({ ...good(), encryptionKeys: [Buffer.alloc(32).toString("base64")] }),
        ),
      /keys\.json: .*not random/,
    ],
    [
      "no keys",
      (path) => writeFileSync(path, JSON.stringify({ encryptionKeys: [] })),
      /keys\.json: .*no key/,
    ],
  ])("is refused with %s, and stays as it is", async ([, prepare, sentence]) => {
    await using store = await createTestStore("postgres");
    using folder = createTestFolder();
    const path = keyFilePath(folder.path);
    writeKeyFile(folder.path, good());
    prepare(path);
    const before = readFileSync(path, "utf8");
    await expect(
      loadSecrets({ ...nothingGiven, dataDir: folder.path }, store.db, createTestLog().log),
    ).rejects.toThrow(sentence);
    expect(readFileSync(path, "utf8")).toBe(before);
  });
});
