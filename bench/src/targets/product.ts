/** The whole product, as it is served. */
import { readConfig } from "@waystation/server/config";
import { createLogger } from "@waystation/server/logger";
import { startServer } from "@waystation/server/server";

const config = readConfig(process.env);
const server = await startServer(config, createLogger(config.logLevel));
process.send?.({ port: Number(new URL(server.url).port) });
process.once("disconnect", async () => {
  await server.stop();
  process.exit();
});
