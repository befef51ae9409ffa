import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import compression from "compression";
import express, { Router } from "express";

export const consoleFolder = fileURLToPath(new URL("../../admin/dist", import.meta.url));

/** The built console: files whose name holds their hash for ever, everything else asked for anew; any page is index.html. */
export function consoleRoute(folder: string): Router {
  const router = Router({ caseSensitive: true });
  router.use(compression());
  router.use(
    "/assets",
    express.static(`${folder}/assets`, { index: false, immutable: true, maxAge: "365d", fallthrough: false }),
  );
  router.use(
    express.static(folder, { index: false, setHeaders: (res) => res.setHeader("Cache-Control", "no-cache") }),
  );
  router.use((req, res, next) => {
    const isPage =
      (req.method === "GET" || req.method === "HEAD") && req.accepts(["json", "html"]) === "html";
    if (!isPage) return next();
    if (!existsSync(`${folder}/index.html`))
      return void res
        .status(503)
        .type("text")
        .send("The console is not built. Run: npx -y pnpm@10.34.9 build\n");
    res.sendFile("index.html", {
      root: folder,
      cacheControl: false,
      headers: { "Cache-Control": "no-cache" },
    });
  });
  return router;
}
