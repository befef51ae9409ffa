import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { check } from "./check.ts";
import { root, run, runNode } from "./run-step.ts";

interface Sum {
  name: string;
  passed: number;
  failed: number;
}

const results = join(root, "test-results");
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

async function checks(): Promise<Sum> {
  const { passed, failed } = await check();
  return { name: "checks", passed, failed: failed.length };
}

async function units(): Promise<Sum> {
  const file = join(results, "vitest.json");
  const code = await run(join(root, "node_modules/.bin/vitest"), [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile=${file}`,
  ]);
  const report = readReport<{ numPassedTests: number; numFailedTests: number }>(file);
  return sum("unit and integration tests", report?.numPassedTests, report?.numFailedTests, code);
}

async function journeys(): Promise<Sum> {
  const file = join(results, "playwright.json");
  const code = await runNode("scripts/e2e.ts", ["--reporter=list,json"], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  });
  const stats = readReport<{ stats: { expected: number; flaky: number; unexpected: number } }>(file)?.stats;
  return sum("end-to-end tests", stats && stats.expected + stats.flaky, stats?.unexpected, code);
}

async function faults(): Promise<Sum> {
  const file = join(results, "fault.json");
  const code = await runNode("fault/src/main.ts", [`--json=${file}`]);
  const report = readReport<{ passed: number; failed: number }>(file);
  return sum("faults", report?.passed, report?.failed, code);
}

function readReport<Report>(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    return null;
  }
}

/** A run that broke without counting a failure is one. */
function sum(name: string, passed = 0, failed = 0, code: number): Sum {
  return { name, passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}

const start = performance.now();
const sums: Sum[] = [];
for (const part of [checks, units, journeys, faults]) sums.push(await part());

console.log("");
for (const { name, passed, failed } of sums)
  console.log(`${name}: ${passed} passed${failed > 0 ? `, ${failed} FAILED` : ""}`);
console.log(`in ${Math.round((performance.now() - start) / 1000)} seconds\n`);
const total = (what: "passed" | "failed") => sums.reduce((count, one) => count + one[what], 0);
if (total("failed") > 0) process.exitCode = 1;
console.log(`${total("passed")} passed, ${total("failed")} failed`);
