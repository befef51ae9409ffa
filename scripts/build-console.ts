import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import {
  BUILD_CACHE_FILE,
  CONSOLE_FOLDER,
  hashConsoleSources,
  recordConsoleBuild,
} from "./console-sources.ts";

// The built files are public, and another user may serve them. `start`, which runs this build, sets a stricter umask.
process.umask(0o022);

/** Builds into a separate folder and swaps at the end, so that a running server always has a complete build. */
const hash = hashConsoleSources();
const dist = join(CONSOLE_FOLDER, "dist");
const fresh = join(BUILD_CACHE_FILE, `console-${process.pid}`);
const old = `${fresh}-old`;
mkdirSync(BUILD_CACHE_FILE, { recursive: true });
await build({ root: CONSOLE_FOLDER, logLevel: "warn", build: { outDir: fresh, emptyOutDir: true } });
if (existsSync(dist)) renameSync(dist, old);
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });
recordConsoleBuild(hash);
