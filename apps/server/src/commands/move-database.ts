import { existsSync } from "node:fs";
import { join } from "node:path";
import { startJobs } from "@waystation/core/jobs/jobs";
import type { OpenedDatabase } from "@waystation/db/client";
import { ensurePartitions } from "@waystation/db/partitions";
import { copyToPostgres, DatabaseNotEmptyError, nonEmptyTables } from "@waystation/db/postgres/copy-database";
import { openDatabase } from "../lifecycle/open-database.ts";
import { StartError } from "../lifecycle/start-error.ts";

/** Moves the embedded database of a stopped server into an empty Postgres; answers how many rows each table had. */
export async function moveDatabase(dataDir: string, databaseUrl: string): Promise<Map<string, number>> {
  if (!existsSync(join(dataDir, "postgres")))
    throw new StartError(
      `There is no embedded database in ${dataDir}. Set DATA_DIR to the folder that has one.`,
    );
  const source = await openDatabase({ databaseUrl: null, databaseDirectUrl: null, dataDir });
  try {
    const target = await openDatabase({ databaseUrl, databaseDirectUrl: null, dataDir });
    try {
      return await copy(source, target, databaseUrl);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copy(
  source: OpenedDatabase,
  target: OpenedDatabase,
  databaseUrl: string,
): Promise<Map<string, number>> {
  const refuseFilled = (names: string) =>
    new StartError(
      `The database that --to names is not empty. Make a new one (createdb), so that nothing is mixed up. ${names}`,
    );
  const filled = await nonEmptyTables((text, parameters = []) => target.query(text, parameters));
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
    if (error instanceof DatabaseNotEmptyError) throw refuseFilled(error.message);
    throw error;
  }
}
