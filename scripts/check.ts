import { globSync } from "node:fs";
import { join } from "node:path";
import { isConsoleBuilt } from "./console-sources.ts";
import { REPOSITORY_ROOT, runCommand, runNode } from "./processes/run-step.ts";

/** Static checks: the part of the tests that runs no product code. */
const STEPS: [name: string, run: () => Promise<number>][] = [
  ["format and lint", () => runCommand(bin("biome"), ["check", "--error-on-warnings"])],
  ["console builds", async () => (isConsoleBuilt() ? 0 : runNode("scripts/build-console.ts"))],
  ...[
    "tsconfig.json",
    ...globSync("{apps,packages}/*/tsconfig.json", { cwd: REPOSITORY_ROOT }).toSorted(),
  ].map((project): [string, () => Promise<number>] => [
    `types of ${project.replace("/tsconfig.json", "").replace("tsconfig.json", "scripts and e2e")}`,
    () => runCommand(bin("tsc"), ["--noEmit", "-p", project]),
  ]),
  ["unused code", () => runCommand(bin("knip"), ["--no-progress"])],
];

function bin(name: string): string {
  return join(REPOSITORY_ROOT, "node_modules/.bin", name);
}

/** Returns the number of passed steps and the names of the failed ones. */
export async function runChecks(): Promise<{ passed: number; failed: string[] }> {
  const failed: string[] = [];
  for (const [name, step] of STEPS) {
    const start = performance.now();
    const code = await step();
    if (code !== 0) failed.push(name);
    console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${Math.round(performance.now() - start)} ms)`);
  }
  return { passed: STEPS.length - failed.length, failed };
}

if (import.meta.main) {
  const { failed } = await runChecks();
  if (failed.length > 0) process.exitCode = 1;
}
