import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { testDatabases } from "@waystation/db/testing/databases";
import { collectLeaks } from "@waystation/db/testing/leak-detector";
import { connectTwilioSender } from "@waystation/whatsapp/connections/connect";
import { connectInput } from "@waystation/whatsapp/connections/inputs";
import { createTestInstallation } from "@waystation/whatsapp/testing";
import { expect, test } from "vitest";
import { createTestLog } from "../testing/test-files.ts";

test.for(testDatabases)("%s: a credential that comes out is seen, wherever that is", async (kind) => {
  const desk = await createTestInstallation(kind);
  const sender = "whatsapp:+14155550100";
  const { sid, token } = desk.simulator.createAccount({ senders: [sender] });
  const ctx = await desk.person();
  await connectTwilioSender(
    ctx,
    connectInput.parse({ mode: "test", accountSid: sid, authToken: token, sender }),
  );
  expect(collectLeaks(), "only sealed").toEqual([]);

  createTestLog().log.info({ note: `it was ${token}.` }, "Told");
  expect(collectLeaks()).toEqual([expect.stringContaining("a log line")]);

  const server = createServer((_req, res) => void res.end(JSON.stringify({ token })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await (await fetch(`http://127.0.0.1:${port}/api/trpc/some.thing?input=1`)).text();
  server.close();
  expect(collectLeaks()).toEqual([expect.stringContaining("the answer to /api/trpc/some.thing")]);

  await desk.store.query(
    "insert into verifications (id, identifier, value, expires_at) values (gen_random_uuid(), $1, $2, now())",
    [randomBytes(8).toString("hex"), JSON.stringify({ token })],
  );
  await desk.store.query(
    "insert into verifications (id, identifier, value, expires_at) values (gen_random_uuid(), $1, encode($2::bytea, 'hex'), now())",
    ["bytes", Buffer.from(`x${token}`)],
  );
  await desk[Symbol.asyncDispose]();
  expect(collectLeaks()).toEqual([
    expect.stringContaining("a row of public.verifications"),
    expect.stringContaining("a row of public.verifications"),
  ]);
});
