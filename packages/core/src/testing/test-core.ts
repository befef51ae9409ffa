import { randomBytes, randomUUID } from "node:crypto";
import { members, organizations, users } from "@waystation/db/schema/identity";
import { createTestStore, type TestStore, type testDatabases } from "@waystation/db/testing/databases";
import { createChangeFeed } from "../change-feed/change-feed.ts";
import type { Context, Installation, OrganizationRole } from "../context.ts";
import { createContext } from "../create-context.ts";
import { readKeyring } from "../credentials.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { createPublicIds } from "../public-ids.ts";

export const TEST_PUBLIC_URL = "https://desk.example.org";

/** A job queue that rejects every job, for tests that send nothing. */
export const createNoopJobs: Jobs = {
  send: () => Promise.reject(new Error("This installation has no jobs")),
  settle: () => Promise.reject(new Error("This installation has no jobs")),
  wake: () => {},
};

interface TestCoreOptions {
  jobs?: Jobs;
  simulatorUrl?: string | null;
}

/** A database with the installation that commands receive, and members of organisations in it. */
export async function createTestCore(
  kind: (typeof testDatabases)[number] | TestStore,
  { jobs = createNoopJobs, simulatorUrl = null }: TestCoreOptions = {},
) {
  const store = typeof kind === "string" ? await createTestStore(kind) : kind;
  const platform: Installation = {
    jobs,
    db: store.db,
    query: store.query,
    queryUnprepared: store.queryUnprepared,
    within: store.within,
    keyring: readKeyring(randomBytes(32).toString("base64")),
    feed: createChangeFeed(),
    publicUrl: TEST_PUBLIC_URL,
    simulatorUrl,
    embedded: store.kind === "embedded",
    sendMail: null,
    linkSecret: "test",
    publicIds: createPublicIds(randomBytes(32)),
  };
  return {
    store,
    platform,
    /** A member of a new organisation, or of the given one. */
    async person(role: OrganizationRole = "owner", organizationId?: string): Promise<Context> {
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
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
