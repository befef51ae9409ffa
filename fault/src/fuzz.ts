import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  type Attack,
  assault,
  fixedAttacks,
  generatedAttacks,
  type Report,
} from "@waystation/server/bad-inputs-testing";
import { furnishTarget } from "@waystation/server/bad-target-testing";
import { startProgram } from "@waystation/server/process-testing";
import { createSimulator } from "@waystation/twilio-simulator/simulator";

/** Sends bad inputs to a server in a process of its own, and prints what it answered. */
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    generated: { type: "string", default: "1000000" },
  },
});
/** After so many it is looked whether the session still stands: without it, little would be reached. */
const PORTION = 5_000;
const SETUP_TOKEN = "the-setup-token";
/** Says at the end what was added to what every object inherits. */
const WATCH = `const had = Object.getOwnPropertyNames(Object.prototype).length;
process.on("exit", () => console.log("inherited: " + (Object.getOwnPropertyNames(Object.prototype).length - had)));`;

const folder = mkdtempSync(join(tmpdir(), "waystation-fuzz-"));
const simulator = createSimulator({ pace: 0 });
const program = startProgram("main.ts", {
  NODE_ENV: "development",
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(WATCH)}`,
  PORT: "0",
  DATA_DIR: folder,
  LOG_LEVEL: "error",
  WAYSTATION_SETUP_TOKEN: SETUP_TOKEN,
  TWILIO_SIMULATOR_URL: await simulator.start(0),
});
const total: Report = { counts: {}, failures: [] };
let sent = 0;
try {
  const url = await program.said(/(http:\/\/localhost:\d+)/);
  const target = await furnishTarget(url, SETUP_TOKEN, simulator);
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
      const me = await fetch(`${url}/api/trpc/session.me`, { headers: { cookie: target.cookie } });
      if (!(await me.text()).includes("olga@")) throw new Error("One of these inputs ended the session.");
      add(await assault(target, portion));
      done += portion.length;
    }
    sent += done;
    return done;
  }
} finally {
  program.kill("SIGTERM");
  const { code, stdout } = await program.closed;
  console.log(
    `The server ended with ${code}; ${/inherited: \d+/.exec(stdout)?.[0] ?? "it did not say what is inherited"}`,
  );
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
  if (code !== 0 || !stdout.includes("inherited: 0") || total.failures.length > 0) process.exitCode = 1;
}
console.log(`${sent} inputs, ${total.failures.length} failures`);
for (const failure of total.failures) console.log(JSON.stringify(failure));

function add({ counts, failures }: Report): void {
  for (const [route, statuses] of Object.entries(counts)) {
    const known = { ...total.counts[route] };
    for (const [status, count] of Object.entries(statuses)) known[status] = (known[status] ?? 0) + count;
    total.counts[route] = known;
  }
  total.failures.push(...failures);
}

function print(): void {
  for (const [route, statuses] of Object.entries(total.counts))
    console.log(
      `${route}: ${Object.entries(statuses)
        .map(([status, count]) => `${status} × ${count}`)
        .join(", ")}`,
    );
}
