import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "@waystation/db/client";
import { copyToPostgres, filledTables, NotEmptyError } from "@waystation/db/copy-database";
import { ensurePartitions } from "@waystation/db/partitions";
import { startJobs } from "@waystation/whatsapp/inbox/jobs";
import { openStore } from "./open-store.ts";
import { StartError } from "./start-error.ts";

/** Moves the embedded database of a stopped server into an empty Postgres; answers how many rows each table had. */
export async function moveDatabase(dataDir: string, databaseUrl: string): Promise<Map<string, number>> {
  if (!existsSync(join(dataDir, "postgres")))
    throw new StartError(
      `There is no embedded database in ${dataDir}. Set DATA_DIR to the folder that has one.`,
    );
  const source = await openStore({ databaseUrl: null, databaseDirectUrl: null, dataDir });
  try {
    const target = await openStore({ databaseUrl, databaseDirectUrl: null, dataDir });
    try {
      return await copy(source, target, databaseUrl);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copy(source: Store, target: Store, databaseUrl: string): Promise<Map<string, number>> {
  const refuseFilled = (names: string) =>
    new StartError(
      `The database that --to names is not empty. Make a new one (createdb), so that nothing is mixed up. ${names}`,
    );
  const filled = await filledTables((text, parameters = []) => target.query(text, parameters));
  if (filled.length > 0) throw refuseFilled(`These tables hold rows: ${filled.join(", ")}.`);
  for (const store of [source, target]) {
    await store.migrate();
    // The queue makes its own tables.
    const queue = await startJobs(store, () => {});
    await queue.stop();
  }
  try {
    const copied = await copyToPostgres(
      (text, parameters = []) => source.query(text, parameters),
      databaseUrl,
    );
    await ensurePartitions(target);
    return copied;
  } catch (error) {
    if (error instanceof NotEmptyError) throw refuseFilled(error.message);
    throw error;
  }
}
