import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startTestPostgres } from "@waystation/db/testing/postgres";
import { seedTarget } from "@waystation/server/testing/attack-target";
import type { Attack } from "@waystation/server/testing/attacks";
import { fixedAttacks, generatedAttacks } from "@waystation/server/testing/bad-inputs";
import { type AttackReport, runAttacks } from "@waystation/server/testing/run-attacks";
import { startServerProcess } from "@waystation/server/testing/server-process";
import { createSimulator } from "@waystation/twilio-simulator/simulator";
import {
  compareAlteredRequests,
  compareSignedRequests,
} from "@waystation/whatsapp/webhooks/signature/testing-generated";
import { connectPostgres } from "./processes/connect-postgres.ts";

/** Sends malformed inputs to a server in a separate process and prints its responses. */
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    generated: { type: "string", default: "1000000" },
    /** Takes twice as long on the embedded database. */
    embedded: { type: "boolean", default: false },
  },
});
/** After each portion, the session is checked: without a session, the inputs would reach little code. */
const PORTION = 5_000;
/** Number of inputs between two progress lines. */
const STEP = 50_000;
/** On a signal, the run first stops the processes it started. */
const asked = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => asked.abort());
const SETUP_TOKEN = "the-setup-token";
/** Prints at exit how many properties were added to Object.prototype. */
const WATCH = `const had = Object.getOwnPropertyNames(Object.prototype).length;
process.on("exit", () => console.log("inherited: " + (Object.getOwnPropertyNames(Object.prototype).length - had)));`;

const SIGNATURES = 50_000;
compareSignedRequests(SIGNATURES);
compareAlteredRequests(SIGNATURES);
console.log(`${2 * SIGNATURES} generated signatures: the official SDK agrees`);

const folder = mkdtempSync(join(tmpdir(), "waystation-fuzz-"));
const postgres = values.embedded ? null : await startTestPostgres();
const simulator = createSimulator({ pace: 0 });
const program = startServerProcess("main.ts", {
  NODE_ENV: "development",
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(WATCH)}`,
  PORT: "0",
  DATA_DIR: folder,
  LOG_LEVEL: "error",
  // Each input uses its own client address. Otherwise the per-address rate limits would reject most inputs.
  TRUST_PROXY: "loopback",
  WAYSTATION_SETUP_TOKEN: SETUP_TOKEN,
  TWILIO_SIMULATOR_URL: await simulator.start(0),
  ...(postgres ? { DATABASE_URL: await makeDatabase(postgres.urlOf) } : {}),
});
const total: AttackReport = { counts: {}, failures: [] };
const started = performance.now();
let sent = 0;
try {
  const url = await program.said(/(http:\/\/localhost:\d+)/);
  const target = await seedTarget(url, SETUP_TOKEN, simulator);
  const fixed = await all(fixedAttacks(target), Number.MAX_SAFE_INTEGER);
  console.log(`${fixed} fixed inputs`);
  print();
  const generated = await all(generatedAttacks(target, Number(values.seed)), Number(values.generated));
  console.log(`${generated} generated inputs more, of seed ${values.seed}`);
  print();

  async function all(attacks: Iterator<Attack>, most: number): Promise<number> {
    let done = 0;
    while (done < most) {
      const portion: Attack[] = [];
      while (portion.length < Math.min(PORTION, most - done)) {
        const next = attacks.next();
        if (next.done) break;
        portion.push(next.value);
      }
      if (portion.length === 0) break;
      asked.signal.throwIfAborted();
      await stillStands();
      add(await runAttacks(target, portion));
      done += portion.length;
      sent += portion.length;
      if (sent % STEP < portion.length) tell();
    }
    return done;
  }

  async function stillStands(): Promise<void> {
    const look = async (path: string) => {
      // Uses a new connection: the server may have closed a kept-alive one.
      const headers = { cookie: target.cookie, connection: "close" };
      const response = await fetch(`${url}/api/${path}`, { headers });
      return response.text();
    };
    if (!(await look("trpc/session.me")).includes("olga@"))
      throw new Error("One of these inputs ended the session.");
    const connections = await look("integrations/twilio-whatsapp/connect");
    if (!/"isActive":true/.test(connections))
      throw new Error(`One of these inputs ended the connection: ${connections}`);
  }
} finally {
  program.kill("SIGTERM");
  const { code, stdout, stderr } = await program.closed;
  console.log(
    `The server ended with ${code}; ${/inherited: \d+/.exec(stdout)?.[0] ?? "it did not say what is inherited"}`,
  );
  if (code !== 0) console.log(stderr.slice(-2_000));
  await simulator.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
  if (code !== 0 || !stdout.includes("inherited: 0") || total.failures.length > 0) process.exitCode = 1;
}
console.log(`${sent} inputs, ${total.failures.length} failures`);
for (const failure of total.failures) console.log(JSON.stringify(failure));

async function makeDatabase(urlOf: (database: string) => string): Promise<string> {
  const client = connectPostgres(urlOf("postgres"));
  await client.unsafe("create database fuzz");
  await client.end();
  return urlOf("fuzz");
}

function add({ counts, failures }: AttackReport): void {
  for (const [route, statuses] of Object.entries(counts)) {
    const known = { ...total.counts[route] };
    for (const [status, count] of Object.entries(statuses)) known[status] = (known[status] ?? 0) + count;
    total.counts[route] = known;
  }
  total.failures.push(...failures);
}

function tell(): void {
  const seconds = (performance.now() - started) / 1_000;
  console.log(`${sent} sent, ${Math.round(sent / seconds)} a second, ${total.failures.length} failures`);
  print();
}

function print(): void {
  for (const [route, statuses] of Object.entries(total.counts))
    console.log(
      `${route}: ${Object.entries(statuses)
        .map(([status, count]) => `${status} × ${count}`)
        .join(", ")}`,
    );
}
