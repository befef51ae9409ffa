import { randomBytes, randomUUID } from "node:crypto";
import { members, organizations, users } from "@waystation/db/schema-people";
import { createTestStore, type databases } from "@waystation/db/testing";
import {
  createSimulator,
  type Simulator,
  type SimulatorOptions,
} from "@waystation/twilio-simulator/simulator";
import type { Context, Platform, Role } from "./context.ts";
import { readKeyring } from "./credentials.ts";
import { createFeed } from "./feed.ts";

export const PUBLIC_URL = "https://desk.example.org";

/** A database, a simulator, and what verbs get of an installation. */
export async function createTestDesk(
  kind: (typeof databases)[number],
  simulatorOptions: SimulatorOptions = {},
) {
  const store = await createTestStore(kind);
  const simulator: Simulator = createSimulator({ pace: 0, ...simulatorOptions });
  const platform: Platform = {
    db: store.db,
    keyring: readKeyring(randomBytes(32).toString("base64")),
    feed: createFeed(),
    publicUrl: PUBLIC_URL,
    simulatorUrl: await simulator.start(0),
    embedded: store.kind === "embedded",
    sendMail: null,
    linkSecret: "test",
  };
  return {
    store,
    simulator,
    platform,
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
      return { ...platform, organizationId: organization.id, actor, ip: null };
    },
    async [Symbol.asyncDispose]() {
      await simulator.stop();
      await store[Symbol.asyncDispose]();
    },
  };
}

export type TestDesk = Awaited<ReturnType<typeof createTestDesk>>;
