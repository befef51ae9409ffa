import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import compression from "compression";
import express, { Router } from "express";

export const builtConsoleFolder = fileURLToPath(new URL("../../../admin/dist", import.meta.url));

/** A path whose last part has an extension names a file, and one with a part that begins with a dot is nobody's page. */
const FILE_OR_HIDDEN = /\/(?:\.|%2e)|\.[a-z\d]{1,10}$/i;

/**
 * The built console: files whose name holds their hash for ever, everything else asked for anew; any page is index.html, also for
 * clients that accept anything or say nothing (curl, uptime probes, link previews), but not for those that want JSON.
 */
export function consoleRoute(folder: string): Router {
  const router = Router({ caseSensitive: true });
  router.use(compression());
  router.use(
    "/assets",
    express.static(`${folder}/assets`, { index: false, immutable: true, maxAge: "365d", fallthrough: false }),
  );
  const readPage = createPageReader(`${folder}/index.html`);
  router.use((req, res, next) => {
    const isPage =
      (req.method === "GET" || req.method === "HEAD") &&
      !FILE_OR_HIDDEN.test(req.path) &&
      req.accepts(["html", "json"]) === "html";
    if (!isPage) return next();
    const page = readPage();
    if (!page)
      return void res
        .status(503)
        .type("text")
        .send("The console is not built. Run: npx -y pnpm@10.34.9 build\n");
    res.set({ "Cache-Control": "no-cache", ETag: page.etag }).type("html").send(page.body);
  });
  router.use(
    express.static(folder, { index: false, setHeaders: (res) => res.setHeader("Cache-Control", "no-cache") }),
  );
  return router;
}

interface Page {
  body: Buffer;
  etag: string;
}

/** Keeps the page in memory: a flood of requests for it must not delay webhooks. A new build replaces it. */
function createPageReader(file: string): () => Page | null {
  let cached: (Page & { mtimeMs: number; size: number }) | null = null;
  return () => {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats) return null;
    const { mtimeMs, size } = stats;
    if (cached?.mtimeMs !== mtimeMs || cached.size !== size) {
      const body = readFileSync(file);
      const hash = createHash("sha256").update(body).digest("base64url");
      cached = { body, etag: `"${hash}"`, mtimeMs, size };
    }
    return cached;
  };
}
