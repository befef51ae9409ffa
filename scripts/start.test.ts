import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startServerProcess } from "../apps/server/src/testing/server-process.ts";
import { createTestFolder } from "../apps/server/src/testing/test-files.ts";

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
  await using program = startServerProcess("../../../scripts/start.ts", {
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
  await using program = startServerProcess("../../../scripts/start.ts", {
    PORT: "0",
    DATA_DIR: join(folder.path, "data"),
    TWILIO_SIMULATOR_URL: `http://localhost:${port}`,
  });
  const { code, stderr } = await program.closed;
  other.close();
  expect(code).toBe(1);
  expect(stderr.trimEnd()).toMatch(new RegExp(`^Port ${port} is taken, and the simulator needs it\\..*$`));
});

test("ports that are in use and were not chosen are replaced, and what depends on them follows", async () => {
  using folder = createTestFolder();
  const DATA_DIR = join(folder.path, "data");
  // The ports may already be in use, which also works.
  const others = await Promise.all([occupy(3000), occupy(3001)]);
  await using program = startServerProcess("../../../scripts/start.ts", { DATA_DIR });
  const port = await program.said(
    /Port 3000 is in use, so the server uses (\d+)\. Set PORT to choose another one\./,
  );
  const simulatorPort = await program.said(/Port 3001 is in use, so the simulator uses (\d+)\./);
  const setupLink = new URL(await program.said(/Set up\s+(http:\S+)/));
  expect(setupLink.origin).toBe(`http://localhost:${port}`);
  expect(await program.said(/Simulator\s+(http:\S+)/)).toBe(`http://localhost:${simulatorPort}`);
  const created = await fetch(`${setupLink.origin}/api/trpc/setup.createOwner`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      token: setupLink.searchParams.get("token"),
      name: "Ada",
      email: "ada@example.org",
      password: "correct horse battery staple",
      organization: "Harbour",
    }),
  });
  expect(created.status, await created.text()).toBe(200);
  const signedIn = await fetch(`${setupLink.origin}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: setupLink.origin },
    body: JSON.stringify({ email: "ada@example.org", password: "correct horse battery staple" }),
  });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((each) => each.split(";")[0])
    .join("; ");
  const me = await fetch(`${setupLink.origin}/api/trpc/session.me`, { headers: { cookie } });
  expect(await me.json()).toMatchObject({
    result: {
      data: {
        instance: {
          publicUrl: `http://localhost:${port}`,
          testMode: { simulatorUrl: `http://localhost:${simulatorPort}` },
        },
      },
    },
  });
  program.kill("SIGINT");
  const { code, stderr } = await program.closed;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const other of others) other?.close();
});

test("a port that was chosen and is in use is said", async () => {
  using folder = createTestFolder();
  const other = createServer().listen(0);
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  await using program = startServerProcess("../../../scripts/start.ts", {
    PORT: String(port),
    DATA_DIR: join(folder.path, "data"),
    TWILIO_SIMULATOR_URL: `http://localhost:${await freePort()}`,
  });
  const { code, stderr } = await program.closed;
  other.close();
  expect(code).toBe(1);
  expect(stderr.trimEnd()).toBe(`Port ${port} is taken. Stop what uses it, or set PORT to another one.`);
});

/** Returns null if the port is in use. */
async function occupy(port: number) {
  const server = createServer().listen(port);
  try {
    await once(server, "listening");
    return server;
  } catch {
    return null;
  }
}
