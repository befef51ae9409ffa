import { parseArgs } from "node:util";
import { readCommandConfig, type ServerConfig } from "../lifecycle/config.ts";
import { openDatabase } from "../lifecycle/open-database.ts";
import { runOrPrintStartError } from "../lifecycle/run.ts";
import { StartError } from "../lifecycle/start-error.ts";
import { moveDatabase } from "./move-database.ts";

/** `migrate` brings the database up to date; `migrate --to <DATABASE_URL>` moves the embedded one into a Postgres. */
await runOrPrintStartError(async () => {
  const { values } = parseArgs({ options: { to: { type: "string" } } });
  const config = readCommandConfig();
  if (values.to === undefined) await bringUpToDate(config);
  else await move(config, values.to);
});

async function bringUpToDate(config: ServerConfig): Promise<void> {
  const store = await openDatabase(config);
  try {
    const pending = await store.pendingMigrations();
    await store.migrate();
    for (const name of pending) console.log(`Applied ${name}`);
    if (pending.length === 0) console.log("Nothing to apply: the database is up to date.");
  } finally {
    await store.close();
  }
}

async function move({ databaseUrl, dataDir }: ServerConfig, to: string): Promise<void> {
  if (databaseUrl)
    throw new StartError(
      "DATABASE_URL is set: this installation has no embedded database. Unset it to move the one in DATA_DIR.",
    );
  const { databaseUrl: target } = readCommandConfig({ DATABASE_URL: to });
  if (!target)
    throw new StartError("Say where to, such as: migrate --to postgres://user:password@host:5432/waystation");
  const copied = await moveDatabase(dataDir, target);
  for (const [table, rows] of copied) if (rows > 0) console.log(`${table}: ${rows} rows`);
  console.log(
    `Everything is in Postgres now. Set DATABASE_URL to it and start Waystation again; keep ${dataDir}: it may hold the keys, and it is your backup until you delete its folder "postgres".`,
  );
}
