import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { connectPostgres } from "./connect-postgres.ts";
import { createTestDatabase } from "./testing.ts";

test("arrays go in and come out", async () => {
  await using database = await createTestDatabase();
  const client = connectPostgres(database.url, { max: 1 });
  const words = ["plain", 'with "quotes", \\ and {braces}', "", "ü 😊"];
  const id = "01a207d1-adde-70ed-aeb4-26c5f1c01e37";
  const [row] = await client.unsafe(
    "select $1::text[] as words, $2::int[] as numbers, $3::bigint[] as large, $4::uuid[] as ids, null::int[] as nothing",
    [words, [1, -2], "{9007199254740993}", [id]] as never[],
  );
  expect(row).toEqual({
    words,
    numbers: [1, -2],
    large: ["9007199254740993"],
    ids: [id],
    nothing: null,
  });
  expect(await client.unsafe("select unnest($1::text[]) as word", [["a", null]] as never[])).toEqual([
    { word: "a" },
    { word: null },
  ]);
  await client.end();
});

test("a connection that ends right after its beginning fails its statement, and nothing else", async () => {
  // As much of the protocol as it takes: "authenticated", "ready", and no answer to the first statement.
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]));
      socket.once("data", () => socket.resetAndDestroy());
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connectPostgres(`postgres://x@127.0.0.1:${(server.address() as AddressInfo).port}/x`, {
    max: 1,
  });
  await expect(client`select 1`).rejects.toThrow(/ECONNRESET|CONNECTION_CLOSED/);
  await client.end({ timeout: 0 });
  server.close();
});
