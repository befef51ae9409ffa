import { join } from "node:path";
import { readConfig } from "../apps/server/src/config.ts";
import { createLogger } from "../apps/server/src/logger.ts";
import { startServer } from "../apps/server/src/server.ts";
import { StartError } from "../apps/server/src/start-error.ts";
import { ACCOUNTS, SENDERS, TOKENS } from "../packages/twilio-simulator/src/sentinels.ts";
import { createSimulator } from "../packages/twilio-simulator/src/simulator.ts";
import { rememberWebhooks } from "./remember-webhooks.ts";

export interface Desk {
  /** What to tell the person who started it. */
  introduction: string;
  stop(): Promise<void>;
}

/** Server and simulator in this process, by the rules of development unless NODE_ENV says otherwise. */
export async function startDesk(environment: NodeJS.ProcessEnv): Promise<Desk> {
  const env: NodeJS.ProcessEnv = { NODE_ENV: "development", LOG_LEVEL: "warn", ...withoutEmpty(environment) };
  if (env.NODE_ENV === "development") env.TWILIO_SIMULATOR_URL ??= "http://localhost:3001";
  const config = readConfig(env);
  await using undo = new AsyncDisposableStack();
  const simulator = config.simulatorUrl ? await startSimulator(config.simulatorUrl) : null;
  if (simulator) undo.defer(() => simulator.stop());
  if (simulator) rememberWebhooks(simulator, join(config.dataDir, "simulator.json"));
  const server = await startServer(config, createLogger(config.logLevel));
  undo.move();
  const facts: [string, string][] = [
    ["Open", config.publicUrl ?? server.url],
    ...(server.setupLink
      ? [["Set up", `${server.setupLink}   (makes the owner's account, once)`] as [string, string]]
      : []),
    ...(simulator ? describeSimulator(simulator.url) : []),
    ...describeData(config.databaseUrl, config.dataDir),
  ];
  return {
    introduction: ["Waystation is running. Ctrl-C ends it.", "", ...facts.map(asLine)].join("\n"),
    stop: async () => {
      await server.stop();
      await simulator?.stop();
    },
  };
}

function asLine([name, value]: [string, string]): string {
  return `  ${name.padEnd(13)}${value}`;
}

function withoutEmpty(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
}

/** Null where the URL names another machine: then somebody else runs it. */
async function startSimulator(url: string) {
  const { hostname, port } = new URL(url);
  if (!["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return null;
  const simulator = createSimulator();
  try {
    await simulator.start(Number(port || 80));
    return simulator;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
      throw new StartError(
        `Port ${port || 80} is taken, and the simulator needs it. Stop what uses it, or set TWILIO_SIMULATOR_URL to http://localhost:<another port>.`,
      );
    throw error;
  }
}

function describeSimulator(url: string): [string, string][] {
  return [
    ["Simulator", `${url}   (a phone that writes to your desk, instead of Twilio)`],
    ["", `Account SID  ${ACCOUNTS.healthy}`],
    ["", `Auth Token   ${TOKENS.primary}`],
    ["", `Sender       ${SENDERS.online}`],
  ];
}

function describeData(databaseUrl: string | null, dataDir: string): [string, string][] {
  if (databaseUrl) {
    const { host, pathname } = new URL(databaseUrl);
    return [["Data", `Postgres at ${host}${pathname}`]];
  }
  return [
    ["Data", dataDir],
    ["", "The embedded database survives a crash of the program, but not a power cut."],
    ["", "For real use, set DATABASE_URL to a Postgres."],
  ];
}
