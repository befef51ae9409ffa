import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { chownToPostgres, postgresOwner } from "./postgres-files.ts";

const FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];
/** Ends PgBouncer when its own standard input closes: so it does not outlive the test, however that dies. */
const KEEPER = '"$1" "$2" & child=$!; cat > /dev/null; kill -TERM $child; wait $child';

interface TestPgBouncer {
  /** The address of the same database through the pooler. */
  urlOf(url: string): string;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A PgBouncer before the server of `postgresUrl`, with its default parameters but for the mode and `settings`; on the port that
 * is given, else a free one.
 */
export async function startPgBouncer(
  postgresUrl: string,
  mode: "session" | "transaction",
  { port, settings = {} }: { port?: number; settings?: Record<string, string> } = {},
): Promise<TestPgBouncer> {
  const program = findPgBouncer();
  const folder = mkdtempSync(join(tmpdir(), "waystation-pgbouncer-"));
  const server = new URL(postgresUrl);
  const place = port ?? (await freePort());
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    chownToPostgres(path);
    return path;
  };
  chownToPostgres(folder);
  const users = write("users.txt", `"${server.username}" "${decodeURIComponent(server.password)}"\n`);
  const file = write(
    "pgbouncer.ini",
    [
      "[databases]",
      `* = host=${server.hostname} port=${server.port}`,
      "[pgbouncer]",
      "listen_addr = 127.0.0.1",
      `listen_port = ${place}`,
      "unix_socket_dir =",
      "auth_type = plain",
      `auth_file = ${users}`,
      `pool_mode = ${mode}`,
      ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
      "",
    ].join("\n"),
  );
  const child = spawn("sh", ["-c", KEEPER, "sh", program, file], {
    ...postgresOwner,
    cwd: folder,
    stdio: ["pipe", "ignore", "pipe"],
  });
  let log = "";
  const up = Promise.withResolvers<void>();
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk;
    if (log.includes("process up")) up.resolve();
    else if (/FATAL|cannot listen/.test(log)) up.reject(new Error(`PgBouncer did not start.\n${log}`));
  });
  const ended = once(child, "close");
  const stop = async () => {
    child.stdin.end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await up.promise;
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    urlOf: (url) => Object.assign(new URL(url), { host: `127.0.0.1:${place}` }).href,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The PgBouncer of PGBOUNCER, the system's, else the distribution's, installed now. */
function findPgBouncer(): string {
  const found = process.env.PGBOUNCER || findInstalled();
  if (found) return found;
  if (process.getuid?.() === 0 && spawnSync("apt-get", ["--version"]).status === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const apt = ["-qq", "-y", "-o=Dpkg::Use-Pty=0", "-o=DPkg::Lock::Timeout=120"];
    spawnSync("apt-get", [...apt, "update"], { env });
    spawnSync("apt-get", [...apt, "install", "--no-install-recommends", "pgbouncer"], { env });
  }
  const now = findInstalled();
  if (now) return now;
  throw new Error(
    "There is no PgBouncer to test with. Install it (apt-get install pgbouncer, or brew install pgbouncer), or set PGBOUNCER to the path of one.",
  );
}

function findInstalled(): string | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...FOLDERS];
  const candidates = folders.map((folder) => join(folder, "pgbouncer"));
  return candidates.find((path) => spawnSync(path, ["--version"], { ...postgresOwner }).status === 0) ?? null;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}
