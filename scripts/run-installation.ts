import { readConfig } from "../apps/server/src/lifecycle/config.ts";
import { createLogger } from "../apps/server/src/lifecycle/logger.ts";
import { startServer } from "../apps/server/src/lifecycle/server.ts";
import { StartError } from "../apps/server/src/lifecycle/start-error.ts";
import {
  SENTINEL_ACCOUNTS,
  SENTINEL_SENDERS,
  SENTINEL_TOKENS,
} from "../packages/twilio-simulator/src/sentinels.ts";
import { createSimulator } from "../packages/twilio-simulator/src/simulator.ts";
import { persistSimulator } from "./simulator/persist-simulator.ts";

const SERVER_PORT = 3000;
const SIMULATOR_PORT = 3001;
const MOST_MOVES = 100;

interface RunningInstallation {
  /** Local URL of the server. */
  url: string;
  /** Text to print after the start. */
  introduction: string;
  stop(): Promise<void>;
}

/** Runs the server and the simulator in this process, in development mode unless NODE_ENV is set. */
export async function startInstallation(environment: NodeJS.ProcessEnv): Promise<RunningInstallation> {
  const given = withoutEmpty(environment);
  const env: NodeJS.ProcessEnv = { NODE_ENV: "development", LOG_LEVEL: "warn", ...given };
  const isMovable = env.NODE_ENV === "development" && given.TWILIO_SIMULATOR_URL === undefined;
  if (isMovable) env.TWILIO_SIMULATOR_URL = `http://localhost:${SIMULATOR_PORT}`;
  const planned = readConfig(env);
  await using undo = new AsyncDisposableStack();
  const simulator = planned.simulatorUrl
    ? await startSimulator(planned.simulatorUrl, { isMovable, without: given.PORT })
    : null;
  if (simulator) undo.defer(() => simulator.stop());
  const config = { ...planned, simulatorUrl: isMovable && simulator ? simulator.url : planned.simulatorUrl };
  let save = () => {};
  let publicUrl = "";
  const onAddress = (url: string) => {
    publicUrl = url;
    if (simulator) save = persistSimulator(simulator, config.dataDir, url);
  };
  const mayMovePort = given.PORT === undefined && !config.production;
  const server = await startServer({ ...config, mayMovePort, onAddress }, createLogger(config.logLevel));
  undo.move();
  const facts: [string, string][] = [
    ["Open", publicUrl],
    ...(server.setupLink
      ? [["Set up", `${server.setupLink}   (makes the owner's account, once)`] as [string, string]]
      : []),
    ...(simulator ? describeSimulator(simulator.url) : []),
    ...describeData(config.databaseUrl, config.dataDir),
  ];
  return {
    url: server.url,
    introduction: [
      "Waystation is running. Ctrl-C ends it.",
      ...describeMoves(server.url, mayMovePort, isMovable ? simulator?.url : undefined),
      "",
      ...facts.map(asLine),
    ].join("\n"),
    stop: async () => {
      await server.stop();
      await simulator?.stop();
      save();
    },
  };
}

/** Messages for default ports that were in use. */
function describeMoves(serverUrl: string, mayMovePort: boolean, simulatorUrl?: string): string[] {
  const moves = [
    { what: "the server", url: mayMovePort ? serverUrl : undefined, usual: SERVER_PORT, name: "PORT" },
    { what: "the simulator", url: simulatorUrl, usual: SIMULATOR_PORT, name: "TWILIO_SIMULATOR_URL" },
  ];
  return moves.flatMap(({ what, url, usual, name }) => {
    const port = url === undefined ? usual : Number(new URL(url).port);
    return port === usual
      ? []
      : [`Port ${usual} is in use, so ${what} uses ${port}. Set ${name} to choose another one.`];
  });
}

function asLine([name, value]: [string, string]): string {
  return `  ${name.padEnd(13)}${value}`;
}

function withoutEmpty(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
}

/** Returns null if the URL points to another machine, where the simulator runs separately. */
async function startSimulator(url: string, { isMovable, without }: { isMovable: boolean; without?: string }) {
  const { hostname, port } = new URL(url);
  if (!["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return null;
  const simulator = createSimulator();
  const first = Number(port || 80);
  for (let candidate = first; ; candidate++) {
    // Reserves the port that was chosen for the server.
    if (isMovable && String(candidate) === without) continue;
    try {
      await simulator.start(candidate);
      return simulator;
    } catch (error) {
      const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
      if (!isTaken) throw error;
      if (!isMovable || candidate >= first + MOST_MOVES)
        throw new StartError(
          `Port ${first} is taken, and the simulator needs it. Stop what uses it, or set TWILIO_SIMULATOR_URL to http://localhost:<another port>.`,
        );
    }
  }
}

function describeSimulator(url: string): [string, string][] {
  return [
    ["Simulator", `${url}   (a phone that writes to your desk, instead of Twilio)`],
    ["", `Account SID  ${SENTINEL_ACCOUNTS.healthy}`],
    ["", `Auth Token   ${SENTINEL_TOKENS.primary}`],
    ["", `Sender       ${SENTINEL_SENDERS.online}`],
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
