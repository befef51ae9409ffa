import { randomBytes } from "node:crypto";
import type { Store } from "@waystation/db/client";
import type { Context } from "@waystation/whatsapp/context";
import { createContext } from "@waystation/whatsapp/create-context";
import { readKeyring } from "@waystation/whatsapp/credentials";
import { createFeed } from "@waystation/whatsapp/feed";
import { createPublicIds } from "@waystation/whatsapp/public-ids";
import { PUBLIC_URL } from "./payloads.ts";

/** What verbs get from the server, for the one person of a bench's desk. */
export async function contextOf(store: Store, organizationId: string): Promise<Context> {
  const [user] = await store.query<{ id: string }>("select id from users", []);
  const platform = {
    db: store.db,
    query: store.query,
    queryUnprepared: store.queryUnprepared,
    within: store.within,
    keyring: readKeyring(randomBytes(32).toString("base64")),
    feed: createFeed(),
    jobs: { send: async () => {}, settle: async () => {}, wake: () => {} },
    publicUrl: PUBLIC_URL,
    simulatorUrl: null,
    embedded: false,
    sendMail: null,
    linkSecret: "bench",
    publicIds: createPublicIds(randomBytes(32)),
  };
  const actor = { userId: user?.id ?? "", name: "Olga Owner", email: "owner@example.org" };
  return createContext(platform, organizationId, { ...actor, role: "owner" }, null);
}
