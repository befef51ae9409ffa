import { readCommandConfig } from "./config.ts";
import { openStore } from "./open-store.ts";
import { orExplain } from "./run.ts";

await orExplain(async () => {
  const store = await openStore(readCommandConfig());
  try {
    const pending = await store.pendingMigrations();
    await store.migrate();
    for (const name of pending) console.log(`Applied ${name}`);
    if (pending.length === 0) console.log("Nothing to apply: the database is up to date.");
  } finally {
    await store.close();
  }
});
