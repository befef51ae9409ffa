import { parseArgs } from "node:util";
import { dropOldPartitions, listPartitions } from "@waystation/db/partitions";
import { readCommandConfig } from "../lifecycle/config.ts";
import { openDatabase } from "../lifecycle/open-database.ts";
import { runOrPrintStartError } from "../lifecycle/run.ts";
import { StartError } from "../lifecycle/start-error.ts";

/** `retention` lists the months of the event log; `retention --months 13` drops those that ended 13 months ago or earlier. */
await runOrPrintStartError(async () => {
  const { values } = parseArgs({ options: { months: { type: "string" } } });
  const months = values.months === undefined ? null : Number(values.months);
  if (months !== null && !(Number.isInteger(months) && months >= 1))
    throw new StartError("Say how many months to keep, such as: retention --months 13");
  const store = await openDatabase(readCommandConfig());
  try {
    const dropped = months === null ? [] : await dropOldPartitions(store, months);
    for (const month of dropped) console.log(`Dropped ${month}`);
    const kept = (await listPartitions(store)).map((partition) => partition.month);
    console.log(`The event log holds ${kept.join(", ") || "no months yet"}.`);
  } finally {
    await store.close();
  }
});
