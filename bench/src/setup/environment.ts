import { BENCH_PUBLIC_URL } from "../load/payloads.ts";

/** Not a secret: it encrypts only test data that every bench creates. */
export const BENCH_SEALING_KEY = Buffer.from(
  Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 251),
).toString("base64");
export const BENCH_AUTH_SECRET = "a secret of a bench, never of anything else 7tq2";
export const BENCH_SETUP_TOKEN = "the setup token of a bench";

/** Environment of the product, as in production. */
export function benchServerEnvironment(database: Record<string, string>): Record<string, string> {
  return {
    NODE_ENV: "production",
    PORT: "0",
    PUBLIC_URL: BENCH_PUBLIC_URL,
    ENCRYPTION_KEYS: BENCH_SEALING_KEY,
    AUTH_SECRET: BENCH_AUTH_SECRET,
    WAYSTATION_SETUP_TOKEN: BENCH_SETUP_TOKEN,
    LOG_LEVEL: "info",
    ...database,
  };
}
