import { isConsoleBuilt } from "./console-sources.ts";
import { findBrowser } from "./processes/find-browser.ts";
import { runNode } from "./processes/run-step.ts";

/** Takes the screenshots of the README from the running product. */
const CHROMIUM = await findBrowser();
const built = isConsoleBuilt() ? 0 : await runNode("scripts/build-console.ts");
process.exitCode = built || (await runNode("e2e/screenshots.ts", [], { CHROMIUM }));
