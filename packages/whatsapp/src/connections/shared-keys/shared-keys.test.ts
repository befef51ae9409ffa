import { randomBytes } from "node:crypto";
import type { Context } from "@waystation/core/context";
import { readKeyring, SealError, sealKeyIdOf, sharedKeyField, unseal } from "@waystation/core/credentials";
import { auditLog } from "@waystation/db/schema/schema";
import { sharedKeys } from "@waystation/db/schema/shared-keys";
import { testDatabases } from "@waystation/db/testing/databases";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeSealingKey } from "../../sealing-keys/remove-sealing-key.ts";
import { rewrapSealedValues } from "../../sealing-keys/rewrap-values.ts";
import { countSealedValues } from "../../sealing-keys/sealed-values.ts";
import { verifySealedValues } from "../../sealing-keys/verify-values.ts";
import { createTestInstallation, type TestInstallation } from "../../testing.ts";
import { connectTwilioSender } from "../connect.ts";
import { disconnectSender } from "../disconnect.ts";
import { addSharedKeyInput, connectInput, removeSharedKeyInput } from "../inputs.ts";
import { listConnectionStatus } from "../list-connections.ts";
import { addSharedKey } from "./add-shared-key.ts";
import { removeSharedKey } from "./remove-shared-key.ts";

const newSecret = () => randomBytes(32).toString("base64url");
let counter = 0;
const newKeyId = () => `webhooks_sharedkey_${String(++counter).padStart(26, "0")}`;

describe.each(testDatabases)("on %s", (kind) => {
  let desk: TestInstallation;
  beforeAll(async () => {
    desk = await createTestInstallation(kind);
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  async function connectFresh(ctx: Context): Promise<string> {
    const sender = `whatsapp:+1415558${String(++counter).padStart(4, "0")}`;
    const { sid, token } = desk.simulator.createAccount({ senders: [sender] });
    const input = connectInput.parse({ mode: "test", accountSid: sid, authToken: token, sender });
    return (await connectTwilioSender(ctx, input)).id;
  }
  const rowsOf = (connectionId: string) =>
    desk.store.db.select().from(sharedKeys).where(eq(sharedKeys.connectionId, connectionId));
  const add = (ctx: Context, connectionId: string, keyId = newKeyId(), secret = newSecret()) =>
    addSharedKey(ctx, { connectionId, keyId, secret, algorithm: "HMAC_SHA256" });

  test("a key is sealed, audited, and shown by its last four characters", async () => {
    const ctx = await desk.person("admin");
    const connectionId = await connectFresh(ctx);
    const [keyId, secret] = [newKeyId(), newSecret()];
    const view = await add(ctx, connectionId, keyId, secret);
    expect(view.sharedKeys).toEqual([
      {
        keyId,
        algorithm: "HMAC_SHA256",
        lastFour: secret.slice(-4),
        addedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        addedBy: ctx.actor.name,
        isReadable: true,
      },
    ]);
    expect((await listConnectionStatus(ctx))[0]?.sharedKeys).toEqual(view.sharedKeys);
    const [row] = await rowsOf(connectionId);
    const place = { organizationId: ctx.organizationId, connectionId, field: sharedKeyField(keyId) };
    expect(unseal(desk.platform.keyring, place, row?.secretSealed ?? "")).toBe(secret);
    // A sealed secret cannot be decrypted for another key, connection or organisation.
    for (const other of [
      { field: sharedKeyField(newKeyId()) },
      { field: "auth_token" as const },
      { connectionId: crypto.randomUUID() },
      { organizationId: crypto.randomUUID() },
    ])
      expect(() => unseal(desk.platform.keyring, { ...place, ...other }, row?.secretSealed ?? "")).toThrow(
        SealError,
      );

    await removeSharedKey(ctx, { connectionId, keyId });
    expect(await rowsOf(connectionId)).toEqual([]);
    const entries = await desk.store.db
      .select({ action: auditLog.action, detail: auditLog.detail })
      .from(auditLog)
      .where(eq(auditLog.organizationId, ctx.organizationId))
      .orderBy(auditLog.id);
    expect(entries.slice(-2)).toEqual([
      { action: "connection.shared_key_added", detail: { connectionId, keyId, algorithm: "HMAC_SHA256" } },
      { action: "connection.shared_key_removed", detail: { connectionId, keyId, algorithm: "HMAC_SHA256" } },
    ]);
  });

  test("an ID is added once, and four at most, however many are added at once", async () => {
    const ctx = await desk.person();
    const connectionId = await connectFresh(ctx);
    const keyId = newKeyId();
    await add(ctx, connectionId, keyId);
    await expect(add(ctx, connectionId, keyId)).rejects.toMatchObject({
      reason: "shared_key_exists",
      field: "keyId",
    });
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => add(ctx, connectionId)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    for (const result of results)
      if (result.status === "rejected") expect(result.reason).toMatchObject({ reason: "too_many" });
    expect(await rowsOf(connectionId)).toHaveLength(4);
    await removeSharedKey(ctx, { connectionId, keyId });
    await add(ctx, connectionId, keyId);
    // The same key can also be added to the account's other senders.
    const second = await connectFresh(ctx);
    expect((await add(ctx, second, keyId)).sharedKeys).toHaveLength(1);
  });

  test("another organisation neither sees, adds nor removes a key", async () => {
    const ctx = await desk.person();
    const connectionId = await connectFresh(ctx);
    const keyId = newKeyId();
    await add(ctx, connectionId, keyId);
    const stranger = await desk.person();
    await expect(add(stranger, connectionId)).rejects.toMatchObject({ reason: "not_found" });
    await expect(removeSharedKey(stranger, { connectionId, keyId })).rejects.toMatchObject({
      reason: "not_found",
    });
    await expect(removeSharedKey(ctx, { connectionId, keyId: newKeyId() })).rejects.toMatchObject({
      reason: "not_found",
    });
    expect(await rowsOf(connectionId)).toHaveLength(1);
  });

  test("disconnecting erases the keys, and a disconnected sender takes none", async () => {
    const ctx = await desk.person();
    const connectionId = await connectFresh(ctx);
    await add(ctx, connectionId);
    expect((await disconnectSender(ctx, { connectionId })).sharedKeys).toEqual([]);
    expect(await rowsOf(connectionId)).toEqual([]);
    await expect(add(ctx, connectionId)).rejects.toMatchObject({ reason: "disconnected" });
  });

  test("rotating the encryption keys takes shared keys along", async () => {
    await using own = await createTestInstallation(kind);
    const ctx = await own.person();
    const { sid, token } = own.simulator.createAccount({ senders: ["whatsapp:+14155590001"] });
    const input = connectInput.parse({ mode: "test", accountSid: sid, authToken: token });
    const { id: connectionId } = await connectTwilioSender(ctx, {
      ...input,
      sender: "whatsapp:+14155590001",
    });
    const secrets = new Map([0, 1, 2].map(() => [newKeyId(), newSecret()]));
    for (const [keyId, secret] of secrets)
      await addSharedKey(ctx, { connectionId, keyId, secret, algorithm: "HMAC_SHA1" });
    const old = own.platform.keyring;
    const fresh = readKeyring(randomBytes(32).toString("base64"));
    const [oldId = "", freshId = ""] = [old.keys[0]?.id, fresh.keys[0]?.id];
    expect(await countSealedValues(own.store.db)).toEqual(new Map([[oldId, 4]]));
    expect(await verifySealedValues(own.store.db, fresh)).toMatchObject({
      opened: 0,
      broken: expect.arrayContaining(
        [...secrets.keys()].map((keyId) => expect.objectContaining({ field: `shared_key:${keyId}` })),
      ),
    });
    const both = { keys: [...fresh.keys, ...old.keys] };
    expect(await rewrapSealedValues(own.store.db, both)).toBe(4);
    expect(await rewrapSealedValues(own.store.db, both)).toBe(0);
    expect(await verifySealedValues(own.store.db, fresh)).toEqual({ opened: 4, broken: [] });
    for (const { keyId, secretSealed } of await own.store.db.select().from(sharedKeys)) {
      const place = { organizationId: ctx.organizationId, connectionId, field: sharedKeyField(keyId) };
      expect(sealKeyIdOf(secretSealed ?? "")).toBe(freshId);
      expect(unseal(fresh, place, secretSealed ?? "")).toBe(secrets.get(keyId));
    }
    expect(await removeSealingKey(own.store.db, freshId)).toBe(4);
    expect(await countSealedValues(own.store.db)).toEqual(new Map());
    expect((await listConnectionStatus(ctx))[0]?.sharedKeys.map(({ isReadable }) => isReadable)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe("what is typed", () => {
  const valid = {
    connectionId: "018f4d2e-7b7a-7cc0-8000-000000000000",
    keyId: newKeyId(),
    secret: newSecret(),
    algorithm: "HMAC_SHA256",
  };
  const problem = (more: object) =>
    addSharedKeyInput.safeParse({ ...valid, ...more }).error?.issues[0]?.message ?? null;

  test("is taken with the blanks that copying adds", () => {
    const parsed = addSharedKeyInput.parse({
      ...valid,
      keyId: ` ${valid.keyId}\n`,
      secret: `\t${valid.secret} `,
    });
    expect(parsed).toEqual(valid);
    expect(removeSharedKeyInput.parse({ connectionId: valid.connectionId, keyId: "a.b-c_D9" })).toBeTruthy();
  });
  test.each([
    [{ keyId: "" }, "Enter the ID of the shared key."],
    [{ keyId: "  " }, "Enter the ID of the shared key."],
    [{ keyId: "a b" }, "The ID of a shared key has no spaces. It begins with webhooks_sharedkey_."],
    [{ keyId: "a|b" }, "The ID of a shared key has no spaces. It begins with webhooks_sharedkey_."],
    [
      { keyId: "webhooks_setting_01k" },
      "This is the ID of something else. The ID of a shared key begins with webhooks_sharedkey_.",
    ],
    [{ keyId: "k".repeat(101) }, "This is too long for the ID of a shared key."],
    [{ secret: "" }, "This is too short for the secret of a shared key."],
    [{ secret: "short" }, "This is too short for the secret of a shared key."],
    [{ secret: "x".repeat(501) }, "This is too long for the secret of a shared key."],
    [
      { secret: "a secret with a \u0000 in it" },
      "The secret has a character that Twilio does not use. Copy it again.",
    ],
    [{ secret: "ein schlüssel" }, "The secret has a character that Twilio does not use. Copy it again."],
    [{ secret: newKeyId() }, "This is an ID. Twilio shows the secret once, when you create the key."],
    [{ algorithm: "HMAC_SHA512" }, "Choose HMAC_SHA1 or HMAC_SHA256."],
    [{ algorithm: undefined }, "Choose HMAC_SHA1 or HMAC_SHA256."],
  ])("%o is answered with what to do", (more, message) => {
    expect(problem(more)).toBe(message);
  });
});
