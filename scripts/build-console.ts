import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import {
  BUILD_CACHE_FILE,
  CONSOLE_FOLDER,
  hashConsoleSources,
  recordConsoleBuild,
} from "./console-sources.ts";

// These files are public, and may be served by another user: `start`, which builds them, keeps its own files to itself.
process.umask(0o022);

/** Builds beside the old one and swaps at the end, so that a running server always has a whole one. */
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
