import { spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer } from "vite";
import { runUntilSignal } from "../apps/server/src/lifecycle/run.ts";
import { REPOSITORY_ROOT } from "./processes/run-step.ts";
import { onWrapperExit } from "./processes/watch-wrappers.ts";

const chosen = process.env.CONSOLE_PORT?.trim();

/** Serves the console through Vite with hot reload. The server behind it restarts when one of its files changes. */
await runUntilSignal(async () => {
  let moveTo = (_server: string) => {};
  const vite = await createServer({
    root: join(REPOSITORY_ROOT, "apps/admin"),
    clearScreen: false,
    server: {
      port: Number(chosen || 5173),
      strictPort: Boolean(chosen),
      proxy: {
        "/api": {
          target: `http://localhost:${process.env.PORT?.trim() || 3000}`,
          configure: (_proxy, options) => {
            moveTo = (server) => {
              options.target = server;
            };
          },
        },
      },
    },
  });
  await vite.listen();
  const address = vite.httpServer?.address() as AddressInfo | undefined;
  const desk = spawn(
    process.execPath,
    ["--watch", "--watch-preserve-output", "scripts/dev-installation.ts"],
    {
      cwd: REPOSITORY_ROOT,
      stdio: ["inherit", "inherit", "inherit", "ipc"],
      // Browsers only see Vite's port, so links and the origin check have to use it.
      env: { PUBLIC_URL: `http://localhost:${address?.port}`, ...process.env },
    },
  );
  desk.on("message", (message) => {
    // Node.js also sends its messages about watched files on this channel.
    if (typeof message === "object" && message !== null && "server" in message)
      moveTo(String(message.server));
  });
  const ended = once(desk, "close");
  return {
    stop: async () => {
      desk.kill("SIGTERM");
      await Promise.all([ended, vite.close()]);
    },
  };
}, onWrapperExit());
