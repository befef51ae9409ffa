import { readCommandConfig } from "./config.ts";
import { runKeyCommand } from "./key-commands.ts";
import { orExplain } from "./run.ts";

await orExplain(async () => {
  await runKeyCommand(readCommandConfig, process.argv.slice(2), (line) => console.log(line));
});
