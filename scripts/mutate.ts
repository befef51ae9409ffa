import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mutations } from "./mutations/all.ts";
import type { Mutation } from "./mutations/mutation.ts";
import { REPOSITORY_ROOT } from "./processes/run-step.ts";

/**
 * Applies each change of scripts/mutations, runs its test, and restores the code. Fails if a test passes despite its change.
 */
const claims = process.argv.slice(2);
const chosen = mutations.filter(({ claim }) => claims.length === 0 || claims.includes(claim));
if (chosen.length === 0) throw new Error(`No mutation belongs to ${claims.join(", ")}.`);
const { stdout } = spawnSync("git", ["status", "--porcelain", "--", ...filesOf(chosen)], {
  cwd: REPOSITORY_ROOT,
});
if (stdout.length > 0)
  throw new Error(`Commit your changes of these files first:\n${stdout.toString("utf8")}`);

// Without a listener, a signal would end this process before the code is restored.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

let survivors = 0;
for (const mutation of chosen) {
  const isKilled = apply(mutation, () => !passes(mutation));
  if (!isKilled) survivors += 1;
  console.log(
    `${isKilled ? "fails, as it must" : "PASSES"}  ${mutation.claim}: ${mutation.change} (${mutation.title})`,
  );
}
console.log(`${chosen.length - survivors} of ${chosen.length} changes make their test fail`);
process.exitCode = survivors === 0 ? 0 : 1;

function filesOf(list: Mutation[]): string[] {
  return [...new Set(list.flatMap(({ edits }) => edits.map(({ file }) => file)))];
}

/** Synchronous, so that the code is restored before anything else can run. */
function apply<Result>({ edits }: Mutation, work: () => Result): Result {
  const originals = new Map(
    edits.map(({ file }) => [file, readFileSync(join(REPOSITORY_ROOT, file), "utf8")]),
  );
  try {
    for (const { file, find, replace } of edits) {
      const text = readFileSync(join(REPOSITORY_ROOT, file), "utf8");
      if (text.split(find).length !== 2) throw new Error(`Not once in ${file}: ${find}`);
      writeFileSync(
        join(REPOSITORY_ROOT, file),
        text.replace(find, () => replace),
      );
    }
    return work();
  } finally {
    for (const [file, text] of originals) writeFileSync(join(REPOSITORY_ROOT, file), text);
  }
}

function passes({ test, title }: Mutation): boolean {
  const pattern = title.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const [script, parameters] = test.startsWith("e2e/")
    ? ["scripts/e2e.ts", [test.slice("e2e/".length), "--grep", pattern]]
    : ["node_modules/vitest/vitest.mjs", ["run", test, "-t", pattern]];
  const {
    status,
    signal,
    stdout: output,
  } = spawnSync(process.execPath, [join(REPOSITORY_ROOT, script), ...parameters], {
    cwd: REPOSITORY_ROOT,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  if (signal || status === 130) throw new Error("Interrupted; the code is as it was.");
  // A file that fails to load does not count as a failed test.
  const didRun = status === 0 || /^ *(Tests +)?\d+ failed/m.test(output);
  if (!didRun) console.log(`The test did not run:\n${output.slice(-3_000)}`);
  return status === 0 || !didRun;
}
