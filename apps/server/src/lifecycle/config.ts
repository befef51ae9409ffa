import { isIP } from "node:net";
import { resolve } from "node:path";
import { type Keyring, readKeyring } from "@waystation/core/credentials";
import { z } from "zod";
import { StartError } from "./start-error.ts";

/** Everything that the environment decides. This file is its only reader. */
export interface ServerConfig {
  production: boolean;
  port: number;
  /** An origin, without a trailing slash; null stands for http://localhost and the port that is listened on. */
  publicUrl: string | null;
  /** Null stands for the embedded database. */
  databaseUrl: string | null;
  /** Leads to the same database without the pooler that `databaseUrl` leads through; null where there is none. */
  databaseDirectUrl: string | null;
  dataDir: string;
  /** Null for these two: made once, and kept in the data folder. */
  keyring: Keyring | null;
  authSecret: string | null;
  simulatorUrl: string | null;
  /** The proxies whose X-Forwarded-For is believed. */
  trustProxy: string[];
  smtpUrl: string | null;
  logLevel: string;
  metricsToken: string | null;
  setupToken: string | null;
}

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];
const NAMED_NETWORKS = ["loopback", "linklocal", "uniquelocal"];

function refuse(context: z.core.$RefinementCtx<unknown>, message: string) {
  context.issues.push({ code: "custom", message, input: undefined });
  return z.NEVER;
}

const port = z
  .string()
  .default("3000")
  .transform((text, context) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number <= 65_535) return number;
    return refuse(context, `PORT is "${text}". Give it a port number, such as 3000.`);
  });

function url(name: string, protocols: string[], example: string) {
  return z.string().refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ""), {
    error: `${name} is not a URL that begins with ${protocols.map((one) => `${one}//`).join(" or ")}. Give it one such as ${example}.`,
  });
}

const publicUrl = url("PUBLIC_URL", ["http:", "https:"], "https://desk.example.org").transform(
  (text, context) => {
    const { origin, pathname, search, hash, username } = new URL(text);
    if (pathname === "/" && !search && !hash && !username) return origin;
    return refuse(
      context,
      `PUBLIC_URL may only name scheme, host and port. Set it to ${origin} and serve Waystation at the root of that host.`,
    );
  },
);

const keyring = z.string().transform((text, context) => {
  try {
    return readKeyring(text);
  } catch (error) {
    return refuse(context, `ENCRYPTION_KEYS: ${error instanceof Error ? error.message : error}`);
  }
});

const authSecret = z.string().refine((text) => text.length >= 32 && new Set(text).size >= 8, {
  error: "AUTH_SECRET must be at least 32 random characters. Make one with: openssl rand -base64 32",
});

const trustProxy = z
  .string()
  .default("")
  .transform((text, context) => {
    const networks = text.split(/[\s,]+/).filter(Boolean);
    const wrong = networks.find((network) => !isNetwork(network));
    if (wrong === undefined) return networks;
    return refuse(
      context,
      `TRUST_PROXY holds "${wrong}". Name the addresses or CIDR ranges of your own proxies, such as 127.0.0.1 or 10.0.0.0/8: whoever is trusted can claim any client address.`,
    );
  });

function isNetwork(text: string): boolean {
  if (NAMED_NETWORKS.includes(text)) return true;
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  // Zero bits are everybody.
  return /^\d+$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128);
}

const environment = z.object({
  NODE_ENV: z.string().default("production"),
  PORT: port,
  PUBLIC_URL: publicUrl.nullable().default(null),
  DATABASE_URL: url(
    "DATABASE_URL",
    ["postgres:", "postgresql:"],
    "postgres://user:password@localhost:5432/waystation",
  )
    .nullable()
    .default(null),
  DATABASE_DIRECT_URL: url(
    "DATABASE_DIRECT_URL",
    ["postgres:", "postgresql:"],
    "postgres://user:password@localhost:5432/waystation",
  )
    .nullable()
    .default(null),
  DATA_DIR: z.string().default("./data"),
  ENCRYPTION_KEYS: keyring.nullable().default(null),
  AUTH_SECRET: authSecret.nullable().default(null),
  TWILIO_SIMULATOR_URL: url("TWILIO_SIMULATOR_URL", ["http:", "https:"], "http://localhost:3001")
    .transform((text) => text.replace(/\/+$/, ""))
    .nullable()
    .default(null),
  TRUST_PROXY: trustProxy,
  SMTP_URL: url("SMTP_URL", ["smtp:", "smtps:"], "smtps://user:password@smtp.example.org")
    .nullable()
    .default(null),
  LOG_LEVEL: z
    .string()
    .default("info")
    .refine((level) => LOG_LEVELS.includes(level), {
      error: `LOG_LEVEL must be one of ${LOG_LEVELS.join(", ")}.`,
    }),
  METRICS_TOKEN: z
    .string()
    .min(16, "METRICS_TOKEN must have at least 16 characters. Make one with: openssl rand -hex 16")
    .nullable()
    .default(null),
  WAYSTATION_SETUP_TOKEN: z
    .string()
    .min(8, "WAYSTATION_SETUP_TOKEN must have at least 8 characters: whoever has it owns this installation.")
    .max(200, "WAYSTATION_SETUP_TOKEN may have at most 200 characters.")
    .nullable()
    .default(null),
});

function databaseProblems({ DATABASE_URL, DATABASE_DIRECT_URL }: Environment): string[] {
  if (!DATABASE_DIRECT_URL || DATABASE_URL) return [];
  return [
    "DATABASE_DIRECT_URL is set without DATABASE_URL. Set DATABASE_URL too: to the pooler's address, or to this one and unset DATABASE_DIRECT_URL.",
  ];
}

function productionProblems(env: Environment): string[] {
  if (env.NODE_ENV === "development") return [];
  const problems: string[] = [];
  if (!env.PUBLIC_URL?.startsWith("https:"))
    problems.push(
      "PUBLIC_URL must be the https address under which people and Twilio reach this server, such as https://desk.example.org. (To try it on this machine, set NODE_ENV=development.)",
    );
  if (env.TWILIO_SIMULATOR_URL)
    problems.push(
      "TWILIO_SIMULATOR_URL switches test mode on, which has no place in production. Unset it, or set NODE_ENV=development.",
    );
  return problems;
}

type Environment = Record<string, string | undefined>;

/** For commands: the rules of production are about serving. */
export function readCommandConfig(env: Environment = process.env): ServerConfig {
  return readConfig({ ...env, NODE_ENV: "development" });
}

/** Throws a StartError with one sentence per problem, each saying what to do. */
export function readConfig(env: Environment = process.env): ServerConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = environment.safeParse(given);
  const problems = [
    ...(parsed.error?.issues.map((issue) => issue.message) ?? []),
    ...databaseProblems(given),
    ...productionProblems(given),
  ];
  if (!parsed.success || problems.length > 0) throw new StartError(problems.join("\n"));
  const { data } = parsed;
  return {
    production: data.NODE_ENV !== "development",
    port: data.PORT,
    publicUrl: data.PUBLIC_URL,
    databaseUrl: data.DATABASE_URL,
    databaseDirectUrl: data.DATABASE_DIRECT_URL,
    dataDir: resolve(data.DATA_DIR),
    keyring: data.ENCRYPTION_KEYS,
    authSecret: data.AUTH_SECRET,
    simulatorUrl: data.TWILIO_SIMULATOR_URL,
    trustProxy: data.TRUST_PROXY,
    smtpUrl: data.SMTP_URL,
    logLevel: data.LOG_LEVEL,
    metricsToken: data.METRICS_TOKEN,
    setupToken: data.WAYSTATION_SETUP_TOKEN,
  };
}
