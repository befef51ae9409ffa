import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

const development = { NODE_ENV: "development" };
const production = { PUBLIC_URL: "https://desk.example.org" };
const key = () => randomBytes(32).toString("base64");

test("development needs nothing", () => {
  expect(readConfig(development)).toEqual({
    production: false,
    port: 3000,
    publicUrl: null,
    databaseUrl: null,
    databaseDirectUrl: null,
    dataDir: resolve("data"),
    keyring: null,
    authSecret: null,
    simulatorUrl: null,
    trustProxy: [],
    smtpUrl: null,
    logLevel: "info",
    metricsToken: null,
    setupToken: null,
  });
});

test("production needs its https address, and reads everything", () => {
  const config = readConfig({
    PORT: "8080",
    PUBLIC_URL: "https://desk.example.org/",
    DATABASE_URL: "postgres://desk:secret@pooler.internal/desk",
    DATABASE_DIRECT_URL: "postgres://desk:secret@db.internal/desk",
    DATA_DIR: "/var/lib/waystation",
    ENCRYPTION_KEYS: `${key()},${key()}`,
    AUTH_SECRET: randomBytes(32).toString("hex"),
    TRUST_PROXY: "loopback, 10.0.0.0/8, fd00::/8",
    SMTP_URL: "smtps://user:secret@mail.example.org",
    LOG_LEVEL: "debug",
    METRICS_TOKEN: "0123456789abcdef",
    WAYSTATION_SETUP_TOKEN: "from-the-script",
  });
  expect(config).toMatchObject({
    production: true,
    port: 8080,
    publicUrl: "https://desk.example.org",
    databaseUrl: "postgres://desk:secret@pooler.internal/desk",
    databaseDirectUrl: "postgres://desk:secret@db.internal/desk",
    dataDir: "/var/lib/waystation",
    trustProxy: ["loopback", "10.0.0.0/8", "fd00::/8"],
    logLevel: "debug",
    metricsToken: "0123456789abcdef",
    setupToken: "from-the-script",
  });
  expect(config.keyring?.keys).toHaveLength(2);
});

test("what is set to nothing is not set", () => {
  expect(readConfig({ ...development, PORT: "", DATABASE_URL: " ", LOG_LEVEL: "" })).toMatchObject({
    port: 3000,
    databaseUrl: null,
    databaseDirectUrl: null,
    logLevel: "info",
  });
});

test.for<[name: string, env: Record<string, string>, sentence: RegExp]>([
  ["no PUBLIC_URL in production", {}, /^PUBLIC_URL must be the https address/],
  [
    "http in production",
    { PUBLIC_URL: "http://desk.example.org" },
    /^PUBLIC_URL must be the https address .*NODE_ENV=development/,
  ],
  [
    "another NODE_ENV is production too",
    { NODE_ENV: "test", PUBLIC_URL: "http://localhost:3000" },
    /^PUBLIC_URL must be the https address/,
  ],
  [
    "test mode in production",
    { ...production, TWILIO_SIMULATOR_URL: "http://localhost:3001" },
    /^TWILIO_SIMULATOR_URL switches test mode on.*Unset it/,
  ],
  ["a proxy that is everybody", { ...production, TRUST_PROXY: "true" }, /^TRUST_PROXY holds "true"/],
  ["a proxy that is anything", { ...production, TRUST_PROXY: "*" }, /^TRUST_PROXY holds "\*"/],
  ["a number of proxies", { ...production, TRUST_PROXY: "1" }, /^TRUST_PROXY holds "1"/],
  ["the whole internet as proxy", { ...production, TRUST_PROXY: "0.0.0.0/0" }, /^TRUST_PROXY holds/],
  [
    "the whole of IPv6 as proxy",
    { ...production, TRUST_PROXY: "10.0.0.1 ::/0" },
    /^TRUST_PROXY holds "::\/0"/,
  ],
  ["a CIDR that is none", { ...production, TRUST_PROXY: "10.0.0.0/33" }, /^TRUST_PROXY holds/],
  [
    "a short key",
    { ...production, ENCRYPTION_KEYS: "c2hvcnQ=" },
    /^ENCRYPTION_KEYS: .*32 random bytes.*openssl/,
  ],
  [
    "a key of one byte, repeated",
    { ...production, ENCRYPTION_KEYS: Buffer.alloc(32, 7).toString("base64") },
    /^ENCRYPTION_KEYS: .*not random.*openssl/,
  ],
  [
    "a good key and a short one",
    { ...production, ENCRYPTION_KEYS: `${key()},abcd` },
    /^ENCRYPTION_KEYS: .*32 random bytes/,
  ],
  ["a short auth secret", { ...production, AUTH_SECRET: "short" }, /^AUTH_SECRET must be at least 32/],
  ["a boring auth secret", { ...production, AUTH_SECRET: "a".repeat(40) }, /^AUTH_SECRET must be/],
  ["a port that is none", { ...development, PORT: "http" }, /^PORT is "http"\. Give it a port number/],
  ["a port too high", { ...development, PORT: "65536" }, /^PORT is "65536"/],
  ["a path in PUBLIC_URL", { PUBLIC_URL: "https://a.example/desk" }, /Set it to https:\/\/a\.example and/],
  ["no URL in PUBLIC_URL", { ...development, PUBLIC_URL: "desk" }, /^PUBLIC_URL is not a URL/],
  [
    "another database",
    { ...development, DATABASE_URL: "mysql://a/b" },
    /^DATABASE_URL is not a URL that begins/,
  ],
  [
    "a direct address of another kind",
    { ...development, DATABASE_URL: "postgres://a/b", DATABASE_DIRECT_URL: "mysql://a/b" },
    /^DATABASE_DIRECT_URL is not a URL that begins/,
  ],
  [
    "a direct address alone",
    { ...development, DATABASE_DIRECT_URL: "postgres://a/b" },
    /^DATABASE_DIRECT_URL is set without DATABASE_URL/,
  ],
  ["another mail", { ...development, SMTP_URL: "mail.example.org" }, /^SMTP_URL is not a URL/],
  ["an unknown level", { ...development, LOG_LEVEL: "loud" }, /^LOG_LEVEL must be one of fatal, error/],
  [
    "a guessable metrics token",
    { ...development, METRICS_TOKEN: "abc" },
    /^METRICS_TOKEN must have at least 16/,
  ],
  [
    "a guessable setup token",
    { ...development, WAYSTATION_SETUP_TOKEN: "abc" },
    /^WAYSTATION_SETUP_TOKEN must have at least 8/,
  ],
])("refused: %s", ([, env, sentence]) => {
  expect(() => readConfig(env)).toThrow(sentence);
});

test("every problem is said at once, one a line, and no secret with them", () => {
  const attempt = () =>
    readConfig({
      PORT: "x",
      ENCRYPTION_KEYS: "bXktc2VjcmV0LWtleQ==",
      AUTH_SECRET: "my-secret",
      TWILIO_SIMULATOR_URL: "http://localhost:3001",
    });
  expect(attempt).toThrow(
    /^PORT .*\nENCRYPTION_KEYS: .*\nAUTH_SECRET .*\nPUBLIC_URL .*\nTWILIO_SIMULATOR_URL .*$/,
  );
  expect(attempt).not.toThrow(/bXktc2Vj|my-secret/);
});
