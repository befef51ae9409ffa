import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Keyring, seal, unseal } from "@waystation/core/credentials";
import type { Database } from "@waystation/db/client";
import { organizations } from "@waystation/db/schema/identity";
import { connections } from "@waystation/db/schema/schema";
import { scanText } from "@waystation/db/testing/leak-detector";
import { createLogger } from "../lifecycle/logger.ts";

/** A folder that goes when the test ends. */
export function createTestFolder() {
  const path = mkdtempSync(join(tmpdir(), "waystation-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A log that can be read back. */
export function createTestLog() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => {
    scanText("a log line", line);
    lines.push(JSON.parse(line));
  };
  const log = createLogger("debug", { write });
  return { log, lines };
}

/** A connection whose credential can be opened again, as long as the key is there. */
export async function sealCredential(db: Database, keyring: Keyring, secret: string) {
  const tag = randomUUID();
  const [organization] = await db.insert(organizations).values({ name: "Acme", slug: tag }).returning();
  if (!organization) throw new Error("Nothing was inserted");
  const place = { organizationId: organization.id, connectionId: tag, field: "auth_token" as const };
  await db.insert(connections).values({
    id: tag,
    organizationId: organization.id,
    mode: "test",
    accountSid: `AC${tag.replaceAll("-", "")}`,
    accountName: "Acme",
    accountStatus: "active",
    accountType: "full",
    ownerAccountSid: `AC${tag.replaceAll("-", "")}`,
    sender: "whatsapp:+14155550100",
    authTokenSealed: seal(keyring, place, secret),
  });
  return {
    read: async (ring: Keyring) => {
      const rows = await db.select().from(connections);
      return unseal(ring, place, rows.find((row) => row.id === tag)?.authTokenSealed ?? "");
    },
  };
}
