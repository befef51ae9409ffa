import { readCommandConfig } from "../lifecycle/config.ts";
import { runOrPrintStartError } from "../lifecycle/run.ts";
import { runKeyCommand } from "./key-commands.ts";

await runOrPrintStartError(async () => {
  await runKeyCommand(readCommandConfig, process.argv.slice(2), (line) => console.log(line));
});
