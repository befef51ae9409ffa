/**
 * The product with one fault: a file names a stage of sending. A server that reaches this stage deletes the file and kills
 * itself with SIGKILL.
 */
import { readFileSync, rmSync } from "node:fs";
import { readConfig } from "@waystation/server/lifecycle/config";
import { createLogger } from "@waystation/server/lifecycle/logger";
import { runUntilSignal } from "@waystation/server/lifecycle/run";
import { startServer } from "@waystation/server/lifecycle/server";

const { DIE_AT = "", ...environment } = process.env;
const config = readConfig(environment);

await runUntilSignal(() =>
  startServer(config, createLogger(config.logLevel), (stage) => {
    if (wanted() !== stage) return;
    rmSync(DIE_AT);
    process.kill(process.pid, "SIGKILL");
  }),
);

function wanted(): string | null {
  try {
    return readFileSync(DIE_AT, "utf8");
  } catch {
    return null;
  }
}
