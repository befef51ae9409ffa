import { readCommandConfig } from "../lifecycle/config.ts";
import { runOrPrintStartError } from "../lifecycle/run.ts";
import { runUserCommand } from "./user-commands.ts";

await runOrPrintStartError(async () => {
  await runUserCommand(readCommandConfig, process.argv.slice(2), (line) => console.log(line));
});
