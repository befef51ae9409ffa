import { randomUUID } from "node:crypto";
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { openPostgresDatabase } from "@waystation/db/postgres/open-postgres";
import { startPgBouncer } from "@waystation/db/testing/pgbouncer";
import { startTestPostgres, type TestPostgres } from "@waystation/db/testing/postgres";
import { readConfig } from "@waystation/server/lifecycle/config";
import { createLogger } from "@waystation/server/lifecycle/logger";
import { type RunningServer, startServer } from "@waystation/server/lifecycle/server";
import { startMailServer } from "@waystation/server/testing/mail-server";
import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS, sentinelTokenOf } from "@waystation/twilio-simulator/sentinels";
import { createSimulator, type Simulator } from "@waystation/twilio-simulator/simulator";
import postgres from "postgres";
import { mutateApi } from "./api.ts";
import { E2E_AUTH_SECRET, E2E_ENCRYPTION_KEY, E2E_PASSWORDS, LeakDetector } from "./leak-detector.ts";

export { expect };

interface Person {
  name: string;
  email: string;
  password: string;
}

interface Owner extends Person {
  organization: string;
  organizationId: string;
}

interface Fixtures {
  simulator: Simulator;
  /** Fails the test if a secret appears in a response, a log line or a row of its server. */
  canary: LeakDetector;
  /** Whether the server sends mail to `mailServer`. Off unless a spec sets `test.use({ sendsMail: true })`. */
  sendsMail: boolean;
  mailServer: Awaited<ReturnType<typeof startMailServer>>;
  /** A new installation per test, with its own server and database. */
  server: RunningServer;
  /** Creates the owner as the setup page does, and signs in on the page. */
  setup: (owner?: Partial<Person & { organization: string }>) => Promise<Owner>;
  signIn: (person: Person, page?: Page) => Promise<void>;
  /** A page in a separate browser context, for another user. */
  visitor: () => Promise<Page>;
  /** Invites a user as the user of `page` (default: the first page) and signs in as that user in a separate browser context. */
  joined: (role: "owner" | "admin" | "member", person?: Partial<Person>) => Promise<Joined>;
  /** Connects a simulated sender as the wizard does, as the user of the page. */
  connect: (sender?: Partial<SimulatedSender>, page?: Page) => Promise<{ id: string; webhookUrl: string }>;
  /** Fails the test if a page throws, logs an error or warning, or violates its Content Security Policy. */
  watch: (context: BrowserContext) => void;
}

interface Joined {
  page: Page;
  person: Person;
}

interface SimulatedSender {
  accountSid: string;
  sender: string;
  configureWebhook: boolean;
}

/** The browser logs every failed request. The tests check how the page handles them. */
const ofTheNetwork = /^Failed to load resource|Unable to preload CSS|dynamically imported module/;

const TEMPLATE = "waystation_template";

/** The server's environment variables for a database. See `--pooler` in scripts/e2e.ts. */
type AddressesOf = (database: string) => Record<string, string>;

export const test = base.extend<Fixtures, { postgresServer: TestPostgres; addressesOf: AddressesOf }>({
  postgresServer: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to see what a fixture needs.
    async ({}, use) => {
      const server = await startTestPostgres();
      await command(server, `create database ${TEMPLATE}`);
      const template = await openPostgresDatabase(server.urlOf(TEMPLATE));
      await template.migrate();
      await template.close();
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],

  addressesOf: [
    async ({ postgresServer }, use) => {
      const mode = process.env.E2E_POOLER;
      if (mode !== "session" && mode !== "transaction")
        return use((database) => ({ DATABASE_URL: postgresServer.urlOf(database) }));
      const pooler = await startPgBouncer(postgresServer.urlOf("postgres"), mode);
      await use((database) => {
        const url = postgresServer.urlOf(database);
        const pooled = { DATABASE_URL: pooler.urlOf(url) };
        return mode === "session" ? pooled : { ...pooled, DATABASE_DIRECT_URL: url };
      });
      await pooler.stop();
    },
    { scope: "worker" },
  ],

  // biome-ignore lint/correctness/noEmptyPattern: see above.
  simulator: async ({}, use) => {
    const simulator = createSimulator();
    await simulator.start();
    await use(simulator);
    await simulator.stop();
  },

  // biome-ignore lint/correctness/noEmptyPattern: see above.
  canary: async ({}, use) => {
    const canary = new LeakDetector();
    await use(canary);
    expect(await canary.leaks(), "secrets that came out").toEqual([]);
  },

  sendsMail: [false, { option: true }],

  // biome-ignore lint/correctness/noEmptyPattern: see above.
  mailServer: async ({}, use) => {
    const mailServer = await startMailServer();
    await use(mailServer);
    await mailServer.stop();
  },

  server: async ({ postgresServer, addressesOf, simulator, canary, sendsMail, mailServer }, use) => {
    const database = `test_${randomUUID().replaceAll("-", "")}`;
    await command(postgresServer, `create database ${database} template ${TEMPLATE}`);
    const config = readConfig({
      NODE_ENV: "development",
      PORT: "0",
      ...addressesOf(database),
      ENCRYPTION_KEYS: E2E_ENCRYPTION_KEY,
      AUTH_SECRET: E2E_AUTH_SECRET,
      TWILIO_SIMULATOR_URL: simulator.url,
      ...(sendsMail ? { SMTP_URL: mailServer.url } : {}),
    });
    const log = createLogger("debug", { write: (line) => canary.hear(line) });
    const server = await startServer(config, log);
    await use(server);
    await server.stop();
    const client = postgres(postgresServer.urlOf(database), { max: 1 });
    await canary.readDatabase(client);
    await client.end();
    await command(postgresServer, `drop database ${database} with (force)`);
  },

  baseURL: async ({ server }, use) => use(server.url),

  setup: async ({ server, signIn }, use) => {
    await use(async (wishes = {}) => {
      const token = new URL(server.setupLink ?? "").searchParams.get("token");
      const wanted = {
        name: "Ada Owner",
        email: "ada@example.org",
        password: E2E_PASSWORDS.owner,
        organization: "Harbour Bakery",
        ...wishes,
      };
      const response = await fetch(`${server.url}/api/trpc/setup.createOwner`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token, ...wanted }),
      });
      const answer = (await response.json()) as { result: { data: { organizationId: string } } };
      expect(response.status, JSON.stringify(answer)).toBe(200);
      const owner = { ...wanted, organizationId: answer.result.data.organizationId };
      await signIn(owner);
      return owner;
    });
  },

  signIn: async ({ page, server }, use) => {
    await use(async ({ email, password }, into = page) => {
      const response = await into.request.post(`${server.url}/api/auth/sign-in/email`, {
        headers: { origin: server.url },
        data: { email, password },
      });
      expect(response.status(), await response.text()).toBe(200);
    });
  },

  visitor: async ({ browser, watch }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext();
      contexts.push(context);
      watch(context);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },

  joined: async ({ page: inviter, visitor, signIn }, use) => {
    await use(async (role, wishes = {}) => {
      const person = {
        name: "Mia Member",
        email: `${role}@example.org`,
        password: E2E_PASSWORDS.joined,
        ...wishes,
      };
      const { email, name, password } = person;
      const invited = await mutateApi<{ link: string }>(inviter, "team.invite", { email, role });
      expect(invited.status, invited.message).toBe(200);
      const token = new URL(invited.data.link).pathname.split("/").at(-1);
      const page = await visitor();
      const answer = await mutateApi(page, "team.join", { token, name, password });
      expect(answer.status, answer.message).toBe(200);
      await signIn(person, page);
      return { page, person };
    });
  },

  connect: async ({ page }, use) => {
    await use(async (wishes = {}, as = page) => {
      const wanted = {
        accountSid: SENTINEL_ACCOUNTS.healthy,
        sender: SENTINEL_SENDERS.online,
        configureWebhook: true,
        ...wishes,
      };
      const answer = await mutateApi<{ id: string; webhookUrl: string }>(as, "twilioWhatsApp.connect", {
        mode: "test",
        authToken: sentinelTokenOf(wanted.accountSid),
        ...wanted,
      });
      expect(answer.status, answer.message).toBe(200);
      return answer.data;
    });
  },

  watch: [
    async ({ context, canary, server }, use) => {
      const findings: string[] = [];
      const watch = (watched: BrowserContext) => {
        canary.watch(watched, server.url);
        watched.on("weberror", (found) => findings.push(String(found.error())));
        watched.on("console", (message) => {
          const isLoud = ["error", "warning"].includes(message.type());
          if (isLoud && !ofTheNetwork.test(message.text())) findings.push(message.text());
        });
      };
      watch(context);
      await use(watch);
      expect(findings, "what pages threw or complained of").toEqual([]);
    },
    { auto: true },
  ],
});

async function command(server: TestPostgres, statement: string): Promise<void> {
  const client = postgres(server.urlOf("postgres"), { max: 1, onnotice: () => {} });
  await client.unsafe(statement);
  await client.end();
}
