import { readCommandConfig } from "./config.ts";
import { runPeopleCommand } from "./people-commands.ts";
import { orExplain } from "./run.ts";

await orExplain(async () => {
  await runPeopleCommand(readCommandConfig, process.argv.slice(2), (line) => console.log(line));
});
