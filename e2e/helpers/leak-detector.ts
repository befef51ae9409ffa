import type { BrowserContext } from "@playwright/test";
import {
  SENTINEL_ACCOUNTS,
  SENTINEL_API_KEYS,
  SENTINEL_TOKENS,
  sentinelTokenOf,
} from "@waystation/twilio-simulator/sentinels";
import type postgres from "postgres";

/** Secrets that every test sends to the server. No response, log line or row may contain them. */
export const E2E_AUTH_SECRET = "only-for-these-tests-0123456789abcdef";
export const E2E_ENCRYPTION_KEY = "kBv7yWJ3mZq1R8tXh5cN2pLs9dFg6aUe4oKi0QwErTY=";
export const E2E_PASSWORDS = { owner: "correct horse battery staple", joined: "a quiet harbour at dawn" };

const credentials = [
  ...Object.values(SENTINEL_ACCOUNTS).map(sentinelTokenOf),
  ...Object.values(SENTINEL_TOKENS),
  ...Object.values(SENTINEL_API_KEYS).map(({ secret }) => secret),
];
const words = [E2E_AUTH_SECRET, E2E_ENCRYPTION_KEY, ...Object.values(E2E_PASSWORDS)];
/** Matches only standalone credentials: an account's SID contains the same letters after `AC`. */
const SECRET = new RegExp(
  [
    ...[...new Set(credentials)].map((token) => `(?<![0-9A-Za-z])${token}(?![0-9A-Za-z])`),
    ...words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")),
  ].join("|"),
);
/** Returns the credentials of the simulator's accounts on purpose. */
const TELLS = /twilioWhatsApp\.testCredentials/;

const LOUD = 50;

/** Scans the output of a test's server and records where secrets appear. */
export class LeakDetector {
  readonly #leaks: string[] = [];
  readonly #reading = new Set<Promise<void>>();
  readonly #planted: string[] = [];

  /** Adds a secret created during the test. */
  plant(secret: string): void {
    this.#planted.push(secret);
  }

  look(where: string, text: string): void {
    const planted = this.#planted.map((secret) => text.indexOf(secret)).find((index) => index >= 0);
    const index = planted ?? SECRET.exec(text)?.index;
    if (index !== undefined)
      this.#leaks.push(`${where}: …${text.slice(Math.max(0, index - 60), index + 12)}…`);
  }

  /** Scans a log line. Errors are also printed. */
  hear(line: string): void {
    this.look("a log line", line);
    if (JSON.parse(line).level >= LOUD) process.stderr.write(line);
  }

  /** Scans the responses that pages receive from the server, except streams, which do not end. */
  watch(context: BrowserContext, origin: string): void {
    context.on("response", (response) => {
      const url = response.url();
      const type = response.headers()["content-type"] ?? "";
      if (!url.startsWith(origin) || !/json|text\/(html|csv)/.test(type) || TELLS.test(url)) return;
      const reading = response
        .text()
        .then((text) => this.look(`the answer to ${new URL(url).pathname}`, text))
        // The page was closed before the body was read.
        .catch(() => {})
        .finally(() => this.#reading.delete(reading));
      this.#reading.add(reading);
    });
  }

  /** Scans every row of every table as text. */
  async readDatabase(client: postgres.Sql): Promise<void> {
    const tables = await client`
      select table_schema as schema, table_name as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema in ('public', 'jobs')`;
    for (const { schema, name } of tables)
      for (const row of await client`select to_jsonb(t)::text as text from ${client(schema)}.${client(name)} t`)
        this.look(`a row of ${name}`, row.text);
  }

  async leaks(): Promise<string[]> {
    await Promise.all(this.#reading);
    return this.#leaks;
  }
}
