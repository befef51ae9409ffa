import { randomBytes, randomUUID } from "node:crypto";
import { members, organizations, users } from "@waystation/db/schema-people";
import { createTestStore, type databases, type TestStore } from "@waystation/db/testing";
import {
  createSimulator,
  type Simulator,
  type SimulatorOptions,
} from "@waystation/twilio-simulator/simulator";
import type { Context, Platform, Role } from "./context.ts";
import { createContext } from "./create-context.ts";
import { readKeyring } from "./credentials.ts";
import { createFeed } from "./feed.ts";
import { type Jobs, startJobs } from "./inbox/jobs.ts";
import { createOutbox } from "./inbox/outbox.ts";
import { createPublicIds } from "./public-ids.ts";

export const PUBLIC_URL = "https://desk.example.org";

/** A database, a simulator, and what verbs get of an installation. */
export async function createTestDesk(
  kind: (typeof databases)[number] | TestStore,
  simulatorOptions: SimulatorOptions = {},
  /** The job queue takes a second or two to start: only for tests of what is sent. */
  { withJobs = false } = {},
) {
  const store = typeof kind === "string" ? await createTestStore(kind) : kind;
  const simulator: Simulator = createSimulator({ pace: 0, ...simulatorOptions });
  const reports: unknown[] = [];
  const queue = withJobs ? await startJobs(store, (error) => reports.push(error)) : null;
  if (queue) await store.enableRowLevelSecurity();
  const platform: Platform = {
    jobs: queue?.jobs ?? noJobs,
    db: store.db,
    query: store.query,
    queryUnprepared: store.queryUnprepared,
    within: store.within,
    keyring: readKeyring(randomBytes(32).toString("base64")),
    feed: createFeed(),
    publicUrl: PUBLIC_URL,
    simulatorUrl: await simulator.start(0),
    embedded: store.kind === "embedded",
    sendMail: null,
    linkSecret: "test",
    publicIds: createPublicIds(randomBytes(32)),
  };
  return {
    store,
    simulator,
    platform,
    /** Starts this desk's workers, as a server does. */
    work: () => queue?.work(createOutbox(platform)),
    reports,
    /** Somebody of a new organisation, or of the one named. */
    async person(role: Role = "owner", organizationId?: string): Promise<Context> {
      const tag = randomUUID();
      const [user] = await store.db
        .insert(users)
        .values({ name: `Person ${tag.slice(0, 4)}`, email: `${tag}@example.org` })
        .returning();
      const [organization] = organizationId
        ? [{ id: organizationId }]
        : await store.db.insert(organizations).values({ name: "Organisation", slug: tag }).returning();
      if (!user || !organization) throw new Error("Nothing was inserted");
      await store.db.insert(members).values({ organizationId: organization.id, userId: user.id, role });
      const actor = { userId: user.id, name: user.name, email: user.email, role };
      return createContext(platform, organization.id, actor, null);
    },
    async [Symbol.asyncDispose]() {
      await queue?.stop();
      await simulator.stop();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** For what sends nothing. */
export const noJobs: Jobs = {
  send: () => Promise.reject(new Error("This desk has no jobs")),
  settle: () => Promise.reject(new Error("This desk has no jobs")),
  wake: () => {},
};

export type TestDesk = Awaited<ReturnType<typeof createTestDesk>>;
