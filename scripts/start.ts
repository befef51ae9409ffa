import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { runUntilSignal } from "../apps/server/src/lifecycle/run.ts";
import { StartError } from "../apps/server/src/lifecycle/start-error.ts";
import { isConsoleBuilt } from "./console-sources.ts";
import { onWrapperExit } from "./processes/watch-wrappers.ts";
import { startInstallation } from "./run-installation.ts";

/** Builds in a separate process, so that its memory is released. */
async function build(): Promise<void> {
  console.log("Building the console …");
  const builder = spawn(process.execPath, [join(import.meta.dirname, "build-console.ts")], {
    stdio: "inherit",
  });
  const [code] = await once(builder, "close");
  if (code !== 0) throw new StartError("The console could not be built: see above.");
}

await runUntilSignal(async () => {
  const desk = await startInstallation(process.env);
  try {
    if (!isConsoleBuilt()) await build();
  } catch (error) {
    await desk.stop();
    throw error;
  }
  console.log(`\n${desk.introduction}\n`);
  return desk;
}, onWrapperExit());
