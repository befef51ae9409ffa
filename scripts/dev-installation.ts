import { runUntilSignal } from "../apps/server/src/lifecycle/run.ts";
import { onWrapperExit } from "./processes/watch-wrappers.ts";
import { startInstallation } from "./run-installation.ts";

await runUntilSignal(async () => {
  const desk = await startInstallation(process.env);
  // Vite proxies requests to this port, which can change with each start.
  process.send?.({ server: desk.url });
  console.log(`\n${desk.introduction}\n`);
  return desk;
}, onWrapperExit());
