import { isConsoleBuilt } from "./console-sources.ts";
import { findBrowser } from "./find-browser.ts";
import { runNode } from "./run-step.ts";

/** Any further parameters are Playwright's, such as a spec's name. */
const CHROMIUM = await findBrowser();
const built = isConsoleBuilt() ? 0 : await runNode("scripts/build-console.ts");
process.exitCode =
  built ||
  (await runNode(
    "e2e/node_modules/@playwright/test/cli.js",
    ["test", "--config", "e2e/playwright.config.ts", ...process.argv.slice(2)],
    { CHROMIUM },
  ));
