import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { REPOSITORY_ROOT } from "../processes/run-step.ts";
import { findFixedWaits, findModuleMocks } from "./fixed-waits.ts";
import { isTestFile } from "./is-test-file.ts";

interface Import {
  file: string;
  from: string;
  isType: boolean;
}

const files = globSync("{apps,packages}/*/src/**/*.{ts,tsx,js}", { cwd: REPOSITORY_ROOT })
  .filter((file) => !file.endsWith(".gen.ts"))
  .toSorted();
const sources = new Map(files.map((file) => [file, readFileSync(join(REPOSITORY_ROOT, file), "utf8")]));
const imports = files.flatMap(importsOf);

const production = imports.filter(({ file }) => !isTestFile(file));
const packageOf = (file: string) => file.split("/").slice(0, 2).join("/");

function importsOf(file: string): Import[] {
  const text = sources.get(file) ?? "";
  const statements = text.matchAll(
    /^\s*(?:import|export)\s+(type\s)?(?:[^"'`;]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm,
  );
  return [...statements].map(([, type, from, dynamic]) => ({
    file,
    from: from ?? dynamic ?? "",
    isType: type !== undefined,
  }));
}

/** Findings as `file → import`, so that a failure lists the lines to change. */
function show(found: Import[]): string[] {
  return found.map(({ file, from }) => `${file} → ${from}`);
}

test("the sources are there and their imports are seen", () => {
  expect(files.length).toBeGreaterThan(100);
  expect(show(imports)).toContain("apps/server/src/main.ts → ./lifecycle/server.ts");
  expect(show(imports)).toContain("packages/db/src/client.ts → @electric-sql/pglite");
});

test("packages depend one way: db ← core ← identity ← whatsapp ← api ← server", () => {
  const allowed: Record<string, string[]> = {
    "packages/db": [],
    "packages/core": ["db"],
    "packages/identity": ["db", "core"],
    "packages/whatsapp": ["db", "core", "identity"],
    "packages/api": ["core", "identity", "whatsapp"],
    "apps/server": ["db", "core", "identity", "whatsapp", "api"],
    "apps/admin": ["identity", "whatsapp", "api"],
    "packages/twilio-simulator": [],
  };
  const wrong = production.filter(({ file, from }) => {
    const target = /^@waystation\/([\w-]+)/.exec(from)?.[1];
    return target !== undefined && !allowed[packageOf(file)]?.includes(target);
  });
  expect(show(wrong)).toEqual([]);
});

test("tests may use the simulator too, and the simulator's tests nothing of ours", () => {
  const wrong = imports.filter(({ file, from }) => {
    if (!isTestFile(file) || !from.startsWith("@waystation/")) return false;
    return (
      packageOf(file) === "packages/twilio-simulator" ||
      (packageOf(file) === "packages/db" && !from.startsWith("@waystation/db")) ||
      from.startsWith("@waystation/server")
    );
  });
  expect(show(wrong)).toEqual([]);
});

test("a relative import stays in its package", () => {
  const wrong = imports.filter(
    ({ file, from }) => from.startsWith(".") && !join(dirname(file), from).startsWith(`${packageOf(file)}/`),
  );
  expect(show(wrong)).toEqual([]);
});

test("the console sees the type of the API and the inputs, nothing else of ours", () => {
  const wrong = imports.filter(
    ({ file, from, isType }) =>
      packageOf(file) === "apps/admin" &&
      from.startsWith("@waystation/") &&
      !(isType && from === "@waystation/api/root") &&
      !/^@waystation\/(identity|whatsapp)\/[\w-]+\/inputs$/.test(from),
  );
  expect(show(wrong)).toEqual([]);
});

test("inputs import only zod and each other", () => {
  const wrong = production.filter(
    ({ file, from }) => /\/inputs\.ts$/.test(file) && from !== "zod" && !/\/inputs(\.ts)?$/.test(from),
  );
  expect(show(wrong)).toEqual([]);
});

test("the product knows neither Express nor tRPC nor React", () => {
  const wrong = production.filter(
    ({ file, from }) =>
      /^packages\/(core|identity|whatsapp)$/.test(packageOf(file)) && /^(express|@trpc\/|react)/.test(from),
  );
  expect(show(wrong)).toEqual([]);
});

test("no file only passes on what others export", () => {
  const barrels = files.filter(
    (file) =>
      (/\/index\.tsx?$/.test(file) && !file.startsWith("apps/admin/src/routes/")) ||
      /^export (\*|(type )?\{[^}]*\}) from /m.test(sources.get(file) ?? ""),
  );
  expect(barrels).toEqual([]);
});

test("the environment has one reader in the server, and one in the simulator", () => {
  const readers = files.filter(
    (file) => !isTestFile(file) && /\bprocess\.env\b/.test(sources.get(file) ?? ""),
  );
  expect(readers).toEqual(["apps/server/src/lifecycle/config.ts", "packages/twilio-simulator/src/main.ts"]);
});

const specs = globSync("e2e/**/*.ts", { cwd: REPOSITORY_ROOT, exclude: ["e2e/node_modules/**"] });
const scriptTests = globSync("scripts/**/*.test.ts", { cwd: REPOSITORY_ROOT });
const tests = [...files.filter(isTestFile), ...specs, ...scriptTests];

test("no module is replaced in a test, and no response is made up", () => {
  const found = tests.flatMap((file) =>
    findModuleMocks(file, readFileSync(join(REPOSITORY_ROOT, file), "utf8")),
  );
  expect(found).toEqual([]);
});

test.each([
  ["a module", 'vi.mock("./mail.ts")'],
  ["a response", "await route.fulfill({ json: { items: [] } })"],
  ["a recorded one", 'await page.routeFromHAR("calls.har")'],
])("%s in another's place is seen", (_name, text) => {
  expect(findModuleMocks("x.test.ts", text)).toHaveLength(1);
});

test("a network that fails is none", () => {
  expect(findModuleMocks("x.test.ts", "route.abort(); route.fulfill({ status: 503, body: '' })")).toEqual([]);
});

test("no test waits for a fixed time", () => {
  const found = tests.flatMap((file) =>
    findFixedWaits(file, readFileSync(join(REPOSITORY_ROOT, file), "utf8")),
  );
  expect(found).toEqual([]);
});

test.each([
  ["Playwright's own", "await page.waitForTimeout(50)"],
  ["a promise of a timer", "await new Promise((resolve) => setTimeout(resolve, 50))"],
  ["one with a body", "await new Promise((resolve) => { setTimeout(resolve, 50); })"],
  ["a timer that is a promise", 'import { setTimeout } from "node:timers/promises"; await setTimeout(50)'],
  ["under another name", 'import { setTimeout as sleep } from "node:timers/promises"; await sleep(50)'],
  ["of the scheduler", 'import { scheduler } from "node:timers/promises"; await scheduler.wait(50)'],
  ["a blocking one", "Atomics.wait(cells, 0, 0, 50)"],
  ["a command", 'execSync("sleep 1")'],
])("a fixed wait is seen: %s", (_name, text) => {
  expect(findFixedWaits("x.test.ts", text)).toHaveLength(1);
});

test("a limit is no fixed wait", () => {
  expect(findFixedWaits("x.test.ts", "await expect.poll(look, { timeout: 50 }).toBe(1)")).toEqual([]);
  expect(
    findFixedWaits("x.test.ts", "AbortSignal.timeout(50); setTimeout(() => socket.destroy(), 50)"),
  ).toEqual([]);
});

test("no two modules need each other before they can run", () => {
  const edges = Map.groupBy(
    production.filter(({ from, isType }) => from.startsWith(".") && !isType),
    ({ file }) => file,
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: string[]) => {
    if (path.includes(file)) return void cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (done.has(file)) return;
    for (const { from } of edges.get(file) ?? [])
      visit(relative(REPOSITORY_ROOT, join(REPOSITORY_ROOT, dirname(file), from)), [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});
