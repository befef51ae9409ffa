import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startProgram } from "../apps/server/src/process-testing.ts";
import { createTestFolder } from "../apps/server/src/testing.ts";

async function freePort(): Promise<string> {
  const probe = createServer().listen(0);
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return String(port);
}

test("one command brings up desk, console and simulator, and Ctrl-C ends them", async () => {
  using folder = createTestFolder();
  const [PORT, simulatorPort] = [await freePort(), await freePort()];
  const DATA_DIR = join(folder.path, "data");
  await using program = startProgram("../../../scripts/start.ts", {
    PORT,
    DATA_DIR,
    TWILIO_SIMULATOR_URL: `http://localhost:${simulatorPort}`,
  });
  await program.said(/set DATABASE_URL to a Postgres/);
  const setupLink = await program.said(/Set up\s+(http:\S+)/);
  expect(setupLink).toMatch(new RegExp(`^http://localhost:${PORT}/setup\\?token=[\\w-]{20,}$`));
  const page = await fetch(setupLink, { headers: { accept: "text/html" } });
  expect(await page.text()).toMatch(/<title>Waystation<\/title>/);

  const accountSid = await program.said(/Account SID\s+(AC\w{32})/);
  const authToken = await program.said(/Auth Token\s+(\w{32})/);
  const simulator = await program.said(/Simulator\s+(http:\S+)/);
  const account = await fetch(`${simulator}/2010-04-01/Accounts/${accountSid}.json`, {
    headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}` },
  });
  expect(await account.json()).toMatchObject({ sid: accountSid, status: "active" });

  program.kill("SIGINT");
  const { code, stdout, stderr } = await program.closed;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(`Data         ${DATA_DIR}`);
});

test("a taken port of the simulator is said", async () => {
  using folder = createTestFolder();
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  await using program = startProgram("../../../scripts/start.ts", {
    PORT: "0",
    DATA_DIR: join(folder.path, "data"),
    TWILIO_SIMULATOR_URL: `http://localhost:${port}`,
  });
  const { code, stderr } = await program.closed;
  other.close();
  expect(code).toBe(1);
  expect(stderr.trimEnd()).toMatch(new RegExp(`^Port ${port} is taken, and the simulator needs it\\..*$`));
});
