import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runChecks } from "./check.ts";
import { REPOSITORY_ROOT, runCommand, runNode } from "./processes/run-step.ts";
import { readFaultReport, readPlaywrightReport, readVitestReport, type TestOutcome } from "./read-reports.ts";

interface Sum extends TestOutcome {
  name: string;
}

const results = join(REPOSITORY_ROOT, "test-results");
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

async function checks(): Promise<Sum> {
  const { passed, failed } = await runChecks();
  return { name: "checks", passed, failed: failed.length, skipped: 0 };
}

async function units(): Promise<Sum> {
  const file = join(results, "vitest.json");
  const code = await runCommand(join(REPOSITORY_ROOT, "node_modules/.bin/vitest"), [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile=${file}`,
  ]);
  return sum("unit and integration tests", readVitestReport(file), code);
}

async function journeys(): Promise<Sum> {
  const file = join(results, "playwright.json");
  const code = await runNode("scripts/e2e.ts", ["--reporter=list,json"], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  });
  return sum("end-to-end tests", readPlaywrightReport(file), code);
}

/** Runs some end-to-end tests behind PgBouncer. `e2e --pooler=session` and `--pooler=transaction` run all of them. */
async function pooledJourneys(mode: "session" | "transaction"): Promise<Sum> {
  const file = join(results, `playwright-${mode}.json`);
  const code = await runNode(
    "scripts/e2e.ts",
    [`--pooler=${mode}`, "--reporter=list,json", "first-connect", "live-events"],
    { PLAYWRIGHT_JSON_OUTPUT_NAME: file },
  );
  return sum(`end-to-end tests behind PgBouncer (${mode})`, readPlaywrightReport(file), code);
}

async function faults(): Promise<Sum> {
  const file = join(results, "fault.json");
  const code = await runNode("fault/src/main.ts", [`--json=${file}`]);
  return sum("faults", readFaultReport(file), code);
}

/** A run that failed without counting a failed test counts as one failure. */
function sum(name: string, outcome: TestOutcome | null, code: number): Sum {
  const { passed, failed, skipped } = outcome ?? { passed: 0, failed: 0, skipped: 0 };
  return { name, passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped };
}

const start = performance.now();
const sums: Sum[] = [];
const pooled = [() => pooledJourneys("session"), () => pooledJourneys("transaction")];
for (const part of [checks, units, journeys, ...pooled, faults]) sums.push(await part());

console.log("");
for (const { name, passed, failed, skipped } of sums)
  console.log(
    `${name}: ${passed} passed${failed > 0 ? `, ${failed} FAILED` : ""}${skipped > 0 ? `, ${skipped} SKIPPED` : ""}`,
  );
console.log(`in ${Math.round((performance.now() - start) / 1000)} seconds\n`);
const total = (what: "passed" | "failed" | "skipped") => sums.reduce((count, one) => count + one[what], 0);
const failed = total("failed") + total("skipped");
if (failed > 0) process.exitCode = 1;
console.log(`${total("passed")} passed, ${failed} failed`);
