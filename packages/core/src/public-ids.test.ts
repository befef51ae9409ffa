import { randomBytes, randomUUID } from "node:crypto";
import { createTestStore, testDatabases } from "@waystation/db/testing/databases";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { createPublicIds, ensurePublicIdKey, type IdKind } from "./public-ids.ts";

const KINDS: IdKind[] = ["message", "note", "event", "rejection", "audit_entry", "file"];
const key = randomBytes(32);
const organizationId = randomUUID();
const ids = createPublicIds(key)(organizationId);
const number = fc.nat(Number.MAX_SAFE_INTEGER);

test("an id is a UUID of version 8, which leads back to the number it stands for", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.constantFrom(...KINDS), number, (kind, value) => {
      const id = ids.encode(kind, value);
      expect(z.uuid().safeParse(id).success).toBe(true);
      expect(id[14]).toBe("8");
      expect("89ab").toContain(id[19]);
      expect(ids.decode(kind, id)).toBe(value);
      expect(ids.decode(kind, id.toUpperCase())).toBe(value);
      seen.add(id);
    }),
    { numRuns: 2_000 },
  );
  for (const edge of [0, 1, Number.MAX_SAFE_INTEGER])
    expect(ids.decode("event", ids.encode("event", edge))).toBe(edge);
  expect(seen.size).toBeGreaterThan(1_000);
});

test("neither two ids nor two cursors that follow each other show that they do", () => {
  const bits = (text: string) => BigInt(`0x${text}`);
  const differing = (a: string, b: string) =>
    [...(bits(a) ^ bits(b)).toString(2)].filter((bit) => bit === "1").length;
  const digits = (value: number) => ids.encode("message", value).replaceAll("-", "");
  const cursor = (value: number) =>
    Buffer.from(ids.encodeCursor("messages", value), "base64url").toString("hex");
  for (const write of [digits, cursor]) {
    const distances = Array.from({ length: 1_000 }, (_, value) => differing(write(value), write(value + 1)));
    // Of 122 bits about half differ: the average of a thousand is never far from that.
    const average = distances.reduce((total, distance) => total + distance) / distances.length;
    expect(average).toBeGreaterThan(58);
    expect(average).toBeLessThan(64);
    expect(Math.min(...distances)).toBeGreaterThan(25);
  }
});

test("an id of another kind, another organisation, another installation, or a changed one leads nowhere", () => {
  const others = [createPublicIds(key)(randomUUID()), createPublicIds(randomBytes(32))(organizationId)];
  fc.assert(
    fc.property(number, fc.nat(121), (value, place) => {
      const id = ids.encode("message", value);
      for (const kind of KINDS) if (kind !== "message") expect(ids.decode(kind, id)).toBeNull();
      for (const other of others) expect(other.decode("message", id)).toBeNull();
      const bytes = Buffer.from(id.replaceAll("-", ""), "hex");
      const flipped = place < 48 ? place : place < 60 ? place + 4 : place + 6;
      bytes[flipped >> 3] = (bytes[flipped >> 3] ?? 0) ^ (0x80 >> (flipped & 7));
      const changed = bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
      expect(z.uuid().safeParse(changed).success).toBe(true);
      expect(ids.decode("message", changed)).toBeNull();
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.uuid(), fc.nat().map(String)), (text) => {
      expect(ids.decode("message", text)).toBeNull();
    }),
  );
});

test("a cursor leads back to its position, in its own list and organisation alone", () => {
  const other = createPublicIds(key)(randomUUID());
  fc.assert(
    fc.property(number, fc.option(number), (first, second) => {
      const position = second === null ? [first] : [first, second];
      const cursor = ids.encodeCursor("events", ...position);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(ids.decodeCursor("events", cursor)).toEqual(position);
      for (const read of [
        () => ids.decodeCursor("messages", cursor),
        () => other.decodeCursor("events", cursor),
        () => ids.decodeCursor("events", `${cursor}A`),
        () => ids.decodeCursor("events", cursor.slice(1)),
      ])
        expect(read).toThrow(expect.objectContaining({ reason: "cursor_invalid", field: "cursor" }));
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.uuid(), fc.nat().map(String)), (text) => {
      expect(() => ids.decodeCursor("audit", text)).toThrow(
        expect.objectContaining({ reason: "cursor_invalid" }),
      );
    }),
  );
});

test.for(testDatabases)("%s: every server of one database has the same key", async (kind) => {
  await using store = await createTestStore(kind);
  const keys = await Promise.all([1, 2, 3].map(() => ensurePublicIdKey(store.db)));
  expect(new Set(keys.map((each) => each.toString("hex"))).size).toBe(1);
  expect(await ensurePublicIdKey(store.db)).toEqual(keys[0]);
});
