import { readConfig } from "./lifecycle/config.ts";
import { createLogger } from "./lifecycle/logger.ts";
import { runUntilSignal } from "./lifecycle/run.ts";
import { startServer } from "./lifecycle/server.ts";
import { trimHeap } from "./lifecycle/trim-heap.ts";

await runUntilSignal(async () => {
  const config = readConfig();
  const server = await startServer(config, createLogger(config.logLevel));
  // Beside the log, which may be set to say less, or be read by others.
  if (server.setupLink) console.error(`Set Waystation up here: ${server.setupLink}`);
  trimHeap();
  return server;
});
