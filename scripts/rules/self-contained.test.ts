import { globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { createTestFolder } from "../../apps/server/src/testing/test-files.ts";
import { REPOSITORY_ROOT } from "../processes/run-step.ts";
import { readPlaywrightReport, readVitestReport } from "../read-reports.ts";

const files = globSync(
  [
    "{apps,bench,docs,e2e,fault,fixtures,packages,scripts}/**/*.{ts,tsx,js,json,jsonc,md,sql,csv,css,html,yaml}",
    "*.{ts,json,jsonc,yaml,md}",
    ".ci/*",
  ],
  { cwd: REPOSITORY_ROOT, exclude: ["**/node_modules/**", "**/dist/**", "pnpm-lock.yaml"] },
).toSorted();

/** Texts that look like a path but are not one, or are resolved from another folder. */
const NOT_FROM_HERE: Record<string, string> = {
  "apps/server/src/testing/hostile-values.ts": "sends it as a bad input",
  "scripts/start.test.ts": "startServerProcess resolves it from apps/server/src",
};

/** Paths in the text that leave the repository: upwards through `..`, or in a folder of a specific machine. */
function pathsOutside(file: string, text: string): string[] {
  const upwards = [...text.matchAll(/(?:\.\.\/)+[\w.@/-]*/g)]
    .map(([path]) => path)
    .filter((path) => normalize(join(dirname(file), path)).startsWith(".."));
  const ofOneMachine = [...text.matchAll(/(?<![\w.:/}\])-])\/(?:home|mnt|root|srv|Users|work)\/[\w.@-]+/g)];
  return [...upwards, ...ofOneMachine.map(([path]) => path)];
}

test("the repository names no path outside of itself", () => {
  expect(files.length).toBeGreaterThan(500);
  const found = files
    .filter((file) => !(file in NOT_FROM_HERE))
    .flatMap((file) =>
      pathsOutside(file, readFileSync(join(REPOSITORY_ROOT, file), "utf8")).map((path) => `${file}: ${path}`),
    );
  expect(found).toEqual([]);
});

test("such a path is recognised", () => {
  const up = (levels: number) => `new URL("${"../".repeat(levels)}other/file.json", import.meta.url)`;
  expect(pathsOutside("packages/a/src/x.test.ts", up(3))).toEqual([]);
  expect(pathsOutside("packages/a/src/x.test.ts", up(4))).toEqual([`${"../".repeat(4)}other/file.json`]);
  expect(pathsOutside("docs/x.md", ["see /", "home/somebody/notes"].join(""))).toHaveLength(1);
});

test("no test is skipped, expected to fail, or run alone", () => {
  const tests = files.filter((file) => /\.(test|spec)\.tsx?$/.test(file));
  expect(tests.length).toBeGreaterThan(60);
  const found = tests.filter((file) =>
    /\b(?:test|it|describe|suite|bench|context|ctx)(?:\.\w+)*\.(?:skip|skipIf|runIf|todo|only|fixme|fails|fail)\b/.test(
      readFileSync(join(REPOSITORY_ROOT, file), "utf8"),
    ),
  );
  expect(found).toEqual([]);
});

test("skipped tests are counted in the reports of both runners", () => {
  using folder = createTestFolder();
  const report = join(folder.path, "report.json");
  writeFileSync(
    report,
    JSON.stringify({ numPassedTests: 5, numFailedTests: 0, numPendingTests: 2, numTodoTests: 1 }),
  );
  expect(readVitestReport(report)).toEqual({ passed: 5, failed: 0, skipped: 3 });
  writeFileSync(report, JSON.stringify({ stats: { expected: 3, flaky: 1, unexpected: 0, skipped: 2 } }));
  expect(readPlaywrightReport(report)).toEqual({ passed: 4, failed: 0, skipped: 2 });
  expect(readVitestReport(join(folder.path, "missing.json"))).toBeNull();
});
