import { randomBytes } from "node:crypto";
import { createChangeFeed } from "@waystation/core/change-feed/change-feed";
import type { Context } from "@waystation/core/context";
import { createContext } from "@waystation/core/create-context";
import { readKeyring } from "@waystation/core/credentials";
import { createPublicIds } from "@waystation/core/public-ids";
import type { OpenedDatabase } from "@waystation/db/client";
import { BENCH_PUBLIC_URL } from "../load/payloads.ts";

/** The context that the server would create for the only user of the bench installation. */
export async function benchContext(store: OpenedDatabase, organizationId: string): Promise<Context> {
  const [user] = await store.query<{ id: string }>("select id from users", []);
  const platform = {
    db: store.db,
    query: store.query,
    queryUnprepared: store.queryUnprepared,
    within: store.within,
    keyring: readKeyring(randomBytes(32).toString("base64")),
    feed: createChangeFeed(),
    jobs: { send: async () => {}, settle: async () => {}, wake: () => {} },
    publicUrl: BENCH_PUBLIC_URL,
    simulatorUrl: null,
    embedded: false,
    sendMail: null,
    linkSecret: "bench",
    publicIds: createPublicIds(randomBytes(32)),
  };
  const actor = { userId: user?.id ?? "", name: "Olga Owner", email: "owner@example.org" };
  return createContext(platform, organizationId, { ...actor, role: "owner" }, null);
}
