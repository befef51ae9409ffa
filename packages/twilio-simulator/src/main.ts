import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS, SENTINEL_TOKENS } from "./sentinels.ts";
import { createSimulator } from "./simulator.ts";

const port = Number(process.env.SIMULATOR_PORT ?? 3001);
const simulator = createSimulator({
  host: process.env.SIMULATOR_HOST,
  publicUrl: process.env.SIMULATOR_URL?.replace(/\/+$/, ""),
});

try {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RangeError(`SIMULATOR_PORT is no port: ${process.env.SIMULATOR_PORT}`);
  const url = await simulator.start(port);
  console.log(`Twilio simulator  ${url}`);
  console.log(`  Account SID     ${SENTINEL_ACCOUNTS.healthy}`);
  console.log(`  Auth Token      ${SENTINEL_TOKENS.primary}`);
  console.log(`  Sender          ${SENTINEL_SENDERS.online}`);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void simulator.stop());

function explain(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE")
    return `Port ${port} is taken: stop what uses it, or set SIMULATOR_PORT to another one.`;
  if (code === "EACCES") return `Port ${port} needs more rights: set SIMULATOR_PORT to one above 1023.`;
  return error instanceof Error ? error.message : String(error);
}
