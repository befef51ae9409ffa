import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import express, { type Router } from "express";

/** Serves the phone page: static files, and Inter from its package. */
export function serveSimulatorPage(): Router {
  const router = express.Router();
  const fonts = dirname(
    fileURLToPath(import.meta.resolve("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2")),
  );
  router.use("/fonts", express.static(fonts, { index: false }));
  router.use(express.static(fileURLToPath(new URL("page", import.meta.url))));
  return router;
}
