import { runUntilSignal } from "../apps/server/src/run.ts";
import { startDesk } from "./run-desk.ts";
import { wrapperGone } from "./watch-wrappers.ts";

await runUntilSignal(async () => {
  const desk = await startDesk(process.env);
  // Vite passes requests on to this port, which may be another one after each start.
  process.send?.({ server: desk.url });
  console.log(`\n${desk.introduction}\n`);
  return desk;
}, wrapperGone());
