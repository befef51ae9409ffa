import { readConfig } from "./config.ts";
import { createLogger } from "./logger.ts";
import { runUntilSignal } from "./run.ts";
import { startServer } from "./server.ts";
import { trimHeap } from "./trim-heap.ts";

await runUntilSignal(async () => {
  const config = readConfig();
  const server = await startServer(config, createLogger(config.logLevel));
  // Beside the log, which may be set to say less, or be read by others.
  if (server.setupLink) console.error(`Set Waystation up here: ${server.setupLink}`);
  trimHeap();
  return server;
});
