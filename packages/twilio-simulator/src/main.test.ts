import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS } from "./sentinels.ts";
import { findClosedPort, startSimulator, startWebhookReceiver } from "./testing.ts";

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function run(script: string, args: string[] = [], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      for (const listener of listeners) listener();
    });
  return {
    child,
    output: () => output,
    ended: once(child, "close").then(([code]) => code as number),
    says: (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => output.includes(text) && resolve();
        listeners.add(look);
        look();
      }),
  };
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "it starts, prints the test credentials and ends cleanly at %s",
  async (signal) => {
    const port = await findClosedPort();
    const simulator = run("main.ts", [], { SIMULATOR_PORT: String(port) });
    await simulator.says("whatsapp:+14155550100");
    // An open event stream must not delay shutdown.
    const stream = await fetch(`http://127.0.0.1:${port}/simulator/events`);
    simulator.child.kill(signal);
    expect(await simulator.ended).toBe(0);
    await stream.text().catch(() => undefined);
  },
);

test("a webhook that hangs does not hold up the end", async () => {
  await using receiver = await startWebhookReceiver(() => undefined);
  const port = await findClosedPort();
  const simulator = run("main.ts", [], { SIMULATOR_PORT: String(port) });
  await simulator.says("whatsapp:+14155550100");
  const post = (path: string, body: unknown) =>
    fetch(`http://127.0.0.1:${port}/simulator${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  await post("/webhook", {
    accountSid: SENTINEL_ACCOUNTS.healthy,
    sender: SENTINEL_SENDERS.online,
    url: receiver.url,
  });
  await post("/incoming", { to: SENTINEL_SENDERS.online, from: "+15005550001", body: "x" });
  await receiver.arrived();
  simulator.child.kill("SIGTERM");
  expect(await simulator.ended).toBe(0);
});

test("a taken port is one sentence and exit code 1", async () => {
  await using other = await startSimulator();
  const { port } = new URL(other.url);
  const simulator = run("main.ts", [], { SIMULATOR_PORT: port });
  expect(await simulator.ended).toBe(1);
  expect(simulator.output().trim()).toBe(
    `Port ${port} is taken: stop what uses it, or set SIMULATOR_PORT to another one.`,
  );
});

test("a port that is none is one sentence and exit code 1", async () => {
  const simulator = run("main.ts", [], { SIMULATOR_PORT: "soon" });
  expect(await simulator.ended).toBe(1);
  expect(simulator.output().trim()).toBe("SIMULATOR_PORT is no port: soon");
});

test("the sample day is a command too", async () => {
  await using simulator = await startSimulator();
  const play = run("sample-day.ts", ["--url", simulator.url, "--speed", "1000000000", "--customers", "5"]);
  expect(await play.ended).toBe(0);
  const { total } = simulator.sampleDay();
  expect(play.output()).toContain(`${total} of ${total} messages`);
  expect(simulator.listMessages()).toHaveLength(total);
});

test("without a simulator it says how to start one", async () => {
  const play = run("sample-day.ts", ["--url", `http://127.0.0.1:${await findClosedPort()}`]);
  expect(await play.ended).toBe(1);
  expect(play.output()).toContain('start it with "pnpm simulator"');
});
