/**
 * Runs one Postgres for as long as its own standard input stays open, then ends it and deletes its data.
 * A process apart, so that not even `kill -9` on the tests leaves a server behind. Its argument, if any, is JSON: settings
 * of Postgres that take the place of those for tests, which trade all safety for speed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  chownToPostgres,
  findPostgresBinaries,
  initDatabaseFolder,
  postgresOwner,
} from "./postgres-files.ts";

/** Linux keeps what is here in memory. A container may have next to nothing of it. */
const MEMORY = "/dev/shm";
const MEMORY_BYTES = 2 * 1024 ** 3;

const settings: Record<string, string> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  shared_buffers: "64MB",
  max_connections: "300",
  ...(JSON.parse(process.argv[2] ?? "{}") as Record<string, string>),
};
const home = mkdtempSync(join(tmpdir(), "waystation-postgres-"));
const place =
  settings.fsync === "off" && hasRoomInMemory() ? mkdtempSync(`${MEMORY}/waystation-postgres-`) : home;

/** What is never written to the disk for good may as well not be there: a database a test is made several times as fast. */
function hasRoomInMemory(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > MEMORY_BYTES && process.availableMemory() > 2 * MEMORY_BYTES;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("No free port.");
  return address.port;
}

/** Resolves once it accepts connections; null when it ended instead, as when somebody else took the port. */
async function launch(binaries: string, port: number): Promise<ChildProcess | null> {
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(
    join(binaries, "bin", "postgres"),
    ["-D", join(place, "data"), "-p", String(port), ...flags],
    {
      ...postgresOwner,
      cwd: home,
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  return new Promise((resolve) => {
    server.once("close", () => resolve(null));
    server.stderr?.on("data", (chunk: Buffer) => {
      if (chunk.includes("ready to accept connections")) resolve(server);
    });
  });
}

async function start(binaries: string): Promise<{ server: ChildProcess; port: number }> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const port = await freePort();
    const server = await launch(binaries, port);
    if (server) return { server, port };
  }
  throw new Error("Postgres did not start on five different ports.");
}

process.on("exit", () => {
  for (const folder of [home, place]) rmSync(folder, { recursive: true, force: true });
});
// Ended by its standard input alone: a signal to everybody must not end the database before its users.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

for (const folder of [home, place]) chownToPostgres(folder);
const binaries = findPostgresBinaries(home);
const password = randomBytes(16).toString("hex");
initDatabaseFolder(binaries, place, password);
const { server, port } = await start(binaries);
process.stdout.write(`${JSON.stringify({ port, password, pid: server.pid })}\n`);
process.stdin.resume();
process.stdin.once("end", () => server.kill("SIGQUIT"));
await once(server, "close");
