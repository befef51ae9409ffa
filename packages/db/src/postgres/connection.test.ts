import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { expect, test } from "vitest";
import { createTestDatabase } from "../testing/databases.ts";
import { openConnection } from "./connection.ts";
import { createConnectionPool } from "./pool.ts";

/** Forwards to the database of `url`. Of what the server sends, each byte is a packet of its own. */
async function splitPackets(url: string): Promise<{ url: string } & Disposable> {
  const { hostname, port } = new URL(url);
  const proxy = createServer((client) => {
    client.setNoDelay(true);
    const server = connect(Number(port), hostname);
    client.on("error", () => server.destroy()).pipe(server);
    server.on("error", () => client.destroy());
    server.on("end", () => client.end());
    let sent = Promise.resolve();
    server.on("data", (chunk: Buffer) => {
      for (const byte of chunk)
        sent = sent.then(async () => {
          client.write(Buffer.of(byte));
          await new Promise(setImmediate);
        });
    });
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address() as AddressInfo;
  return {
    url: Object.assign(new URL(url), { port: String(address.port) }).href,
    [Symbol.dispose]: () => void proxy.close(),
  };
}

test("a connection that an error left in a transaction is not used again", async () => {
  await using database = await createTestDatabase();
  using proxy = await splitPackets(database.url);
  const pool = createConnectionPool({
    name: "tests",
    size: 1,
    open: () =>
      openConnection({
        url: proxy.url,
        applicationName: "tests",
        session: null,
        connectMs: 30_000,
        responseMs: 30_000,
      }),
  });
  for (let round = 0; round < 5; round++) {
    await expect(pool.use(({ query }) => query({ text: "begin; select 1 / 0; commit" }))).rejects.toThrow(
      "division by zero",
    );
    const { rows } = await pool.use(({ query }) => query({ text: "select 1 as one" }));
    expect(rows).toEqual([{ one: 1 }]);
  }
  await pool.close();
});
