import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createServer } from "vite";
import { runUntilSignal } from "../apps/server/src/run.ts";
import { root } from "./run-step.ts";
import { wrapperGone } from "./watch-wrappers.ts";

const CONSOLE_PORT = Number(process.env.CONSOLE_PORT ?? 5173);
const port = process.env.PORT ?? "3000";

/** The console by Vite, with hot reload; behind it the desk, started anew whenever one of its files changes. */
await runUntilSignal(async () => {
  const vite = await createServer({
    root: join(root, "apps/admin"),
    clearScreen: false,
    server: { port: CONSOLE_PORT, strictPort: true, proxy: { "/api": `http://localhost:${port}` } },
  });
  await vite.listen();
  const desk = spawn(process.execPath, ["--watch", "--watch-preserve-output", "scripts/dev-desk.ts"], {
    cwd: root,
    stdio: "inherit",
    // Browsers see only Vite's port, and so must links and the check of origins.
    env: { PUBLIC_URL: `http://localhost:${CONSOLE_PORT}`, ...process.env },
  });
  const ended = once(desk, "close");
  return {
    stop: async () => {
      desk.kill("SIGTERM");
      await Promise.all([ended, vite.close()]);
    },
  };
}, wrapperGone());
