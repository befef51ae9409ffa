import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { admin, cache, hashSources, markBuilt } from "./console-sources.ts";

// These files are public, and may be served by another user: `start`, which builds them, keeps its own files to itself.
process.umask(0o022);

/** Builds beside the old one and swaps at the end, so that a running server always has a whole one. */
const hash = hashSources();
const dist = join(admin, "dist");
const fresh = join(cache, `console-${process.pid}`);
const old = `${fresh}-old`;
mkdirSync(cache, { recursive: true });
await build({ root: admin, logLevel: "warn", build: { outDir: fresh, emptyOutDir: true } });
if (existsSync(dist)) renameSync(dist, old);
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });
markBuilt(hash);
