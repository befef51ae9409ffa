import {
  chmodSync,
  chownSync,
  globSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { startServerProcess } from "../testing/server-process.ts";
import { createTestFolder } from "../testing/test-files.ts";
import { prepareDataDir, restrictDataDir } from "./data-dir.ts";
import { StartError } from "./start-error.ts";

const READY = /"url":"([^"]+)".*Waystation is ready/;
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** All that others could read or change, by its path in the folder. */
function openToOthers(folder: string): string[] {
  const paths = ["", ...(readdirSync(folder, { recursive: true }) as string[])];
  return paths.filter((path) => {
    const found = lstatSync(join(folder, path));
    return !found.isSymbolicLink() && (found.mode & 0o077) !== 0;
  });
}

test("an open data folder is closed, with all that is in it", () => {
  using folder = createTestFolder();
  const data = join(folder.path, "data");
  mkdirSync(join(data, "postgres", "base"), { recursive: true });
  for (const path of ["keys.json", "lock", "postgres/base/1", "postgres/PG_VERSION"]) {
    writeFileSync(join(data, path), "");
    chmodSync(join(data, path), 0o666);
  }
  for (const path of ["postgres/base", "postgres", ""]) chmodSync(join(data, path), 0o755);
  chmodSync(join(data, "lock"), 0o640);
  prepareDataDir(data);
  expect(openToOthers(data)).toEqual([]);
  expect(modeOf(join(data, "postgres/base/1"))).toBe("600");
  expect(modeOf(join(data, "postgres/base"))).toBe("700");
});

test("what a link leads to is not changed; an open folder behind one is said", () => {
  using folder = createTestFolder();
  const [data, elsewhere] = [join(folder.path, "data"), join(folder.path, "elsewhere")];
  mkdirSync(data, { mode: 0o700 });
  mkdirSync(elsewhere);
  chmodSync(elsewhere, 0o755);
  writeFileSync(join(elsewhere, "file"), "");
  chmodSync(join(elsewhere, "file"), 0o644);
  symlinkSync(join(elsewhere, "file"), join(data, "file"));
  symlinkSync(join(elsewhere, "nothing"), join(data, "nothing"));
  symlinkSync(data, join(data, "circle"));
  restrictDataDir(data);
  expect(modeOf(join(elsewhere, "file"))).toBe("644");

  symlinkSync(elsewhere, join(data, "postgres"));
  expect(() => restrictDataDir(data)).toThrow(
    `${join(data, "postgres")} is a link to a folder that other users of this machine can read or change (mode 755). Close that folder: chmod -R go-rwx ${join(data, "postgres")}/`,
  );
  expect(modeOf(elsewhere)).toBe("755");
  chmodSync(elsewhere, 0o700);
  restrictDataDir(data);

  const link = join(folder.path, "link");
  symlinkSync(data, link);
  chmodSync(data, 0o750);
  restrictDataDir(link);
  expect(modeOf(data), "the data folder itself may be named by a link").toBe("700");
});

/** Where this test runs as root, as somebody who is not. */
function asUser<Result>(uid: number, action: () => Result): Result {
  const self = process.geteuid?.() ?? 0;
  if (self !== 0) return action();
  process.seteuid?.(uid);
  try {
    return action();
  } finally {
    process.seteuid?.(self);
  }
}

test("a folder that is not ours to close is refused, with the cure", () => {
  using folder = createTestFolder();
  const isRoot = process.geteuid?.() === 0;
  // Who is not root has one that belongs to root at hand.
  const open = isRoot ? folder.path : "/tmp";
  if (isRoot) chmodSync(open, 0o777);
  expect(() => asUser(65_534, () => prepareDataDir(open))).toThrow(
    `Other users of this machine can read or change ${open} (mode 777), and it cannot be closed to them (EPERM). Run as its owner: chmod -R go-rwx ${open}, or set DATA_DIR to a folder of this user's own, such as ${join(open, "waystation")}.`,
  );
  if (!isRoot) return;
  asUser(65_534, () => prepareDataDir(join(open, "waystation")));
  expect(modeOf(join(open, "waystation"))).toBe("700");

  chownSync(open, 65_534, 65_534);
  writeFileSync(join(open, "keys.json"), "{}", { mode: 0o600 });
  chownSync(join(open, "keys.json"), 12_345, 12_345);
  const planted = () => asUser(65_534, () => prepareDataDir(open));
  expect(planted).toThrow(StartError);
  expect(planted).toThrow(/keys\.json (belongs to another user|.*cannot be closed)/);
});

test("server and commands leave nothing open, whatever umask they are started with", async () => {
  using folder = createTestFolder();
  const DATA_DIR = join(folder.path, "data");
  mkdirSync(DATA_DIR);
  chmodSync(DATA_DIR, 0o755);
  const environment = { NODE_ENV: "development", PORT: "0", DATA_DIR };
  const mask = process.umask(0);
  try {
    await using server = startServerProcess("main.ts", environment);
    await server.said(READY);
    expect(openToOthers(DATA_DIR)).toEqual([]);
    expect(readdirSync(DATA_DIR)).toEqual(expect.arrayContaining(["keys.json", "lock", "postgres"]));
    server.kill("SIGTERM");
    await server.closed;
    for (const [script, ...parameters] of [
      ["commands/migrate.ts"],
      ["commands/retention.ts"],
      ["commands/keys.ts", "list"],
      ["commands/users.ts", "reset-link", "nobody@example.org"],
    ]) {
      chmodSync(DATA_DIR, 0o755);
      chmodSync(join(DATA_DIR, "postgres", "PG_VERSION"), 0o666);
      await using command = startServerProcess(script ?? "", environment, parameters);
      await command.closed;
      expect(openToOthers(DATA_DIR), script).toEqual([]);
    }
  } finally {
    process.umask(mask);
  }
});

test("every entry point restricts what it writes", () => {
  const root = join(import.meta.dirname, "../../../..");
  const programs = globSync("{apps/server/src,apps/server/src/commands,scripts}/*.ts", { cwd: root })
    .filter((path) => !path.endsWith(".test.ts"))
    .map((path) => ({ path, source: readFileSync(join(root, path), "utf8") }))
    .filter(
      ({ source }) =>
        /^await /m.test(source) &&
        /read(Command)?Config\b|startInstallation\(process|createServer\(/.test(source),
    );
  expect(programs.map(({ path }) => basename(path)).toSorted()).toEqual(
    expect.arrayContaining([
      "dev-installation.ts",
      "keys.ts",
      "main.ts",
      "migrate.ts",
      "retention.ts",
      "users.ts",
    ]),
  );
  for (const { path, source } of programs)
    expect(source, path).toMatch(/^await (runUntilSignal|runOrPrintStartError)\(/m);
});
