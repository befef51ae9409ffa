/** The full product. When sent a file name, starts a CPU profile; when sent one again, writes the profile to it. */
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { readConfig } from "@waystation/server/lifecycle/config";
import { createLogger } from "@waystation/server/lifecycle/logger";
import { startServer } from "@waystation/server/lifecycle/server";
import { trimHeap } from "@waystation/server/lifecycle/trim-heap";

const config = readConfig(process.env);
const server = await startServer(config, createLogger(config.logLevel));
trimHeap();
process.send?.({ port: Number(new URL(server.url).port) });

let session: Session | null = null;
process.on("message", async ({ profile }: { profile: string }) => {
  if (session) {
    const result = await session.post("Profiler.stop");
    writeFileSync(profile, JSON.stringify(result.profile));
    session.disconnect();
    session = null;
  } else {
    session = new Session();
    session.connect();
    await session.post("Profiler.enable");
    await session.post("Profiler.start");
  }
  process.send?.({ done: true });
});
process.once("disconnect", async () => {
  await server.stop();
  process.exit();
});
