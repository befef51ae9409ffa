import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
export const CONSOLE_FOLDER = join(root, "apps/admin");
export const BUILD_CACHE_FILE = join(root, "node_modules/.cache/waystation");
const mark = join(BUILD_CACHE_FILE, "console-built-from");

/** All inputs of the console build. The build itself generates the route tree from the routes. */
const SOURCES = [
  "apps/admin/{src,public}/**/*",
  "apps/admin/{index.html,vite.config.ts,package.json,postcss.config.*}",
  "packages/{core,identity,whatsapp}/src/**/inputs.ts",
  "pnpm-lock.yaml",
];

export function isConsoleBuilt(): boolean {
  return (
    existsSync(join(CONSOLE_FOLDER, "dist/index.html")) &&
    existsSync(mark) &&
    readFileSync(mark, "utf8") === hashConsoleSources()
  );
}

export function recordConsoleBuild(hash: string): void {
  writeFileSync(mark, hash);
}

export function hashConsoleSources(): string {
  const hash = createHash("sha256");
  for (const path of SOURCES.flatMap((pattern) => globSync(pattern, { cwd: root })).toSorted()) {
    const file = join(root, path);
    if (!path.endsWith(".gen.ts") && statSync(file).isFile()) hash.update(path).update(readFileSync(file));
  }
  return hash.digest("hex");
}
