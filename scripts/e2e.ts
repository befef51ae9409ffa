import { isConsoleBuilt } from "./console-sources.ts";
import { findBrowser } from "./processes/find-browser.ts";
import { runNode } from "./processes/run-step.ts";

/**
 * `--pooler=session` or `--pooler=transaction` puts PgBouncer in front of the database; with `transaction`, the server also
 * gets a direct address. All other parameters go to Playwright, such as the name of a spec.
 */
const given = process.argv.slice(2);
const pooler = given.find((parameter) => parameter.startsWith("--pooler="))?.slice("--pooler=".length) ?? "";
if (!["", "session", "transaction"].includes(pooler))
  throw new Error("--pooler is session or transaction, such as: e2e --pooler=transaction");
const CHROMIUM = await findBrowser();
const built = isConsoleBuilt() ? 0 : await runNode("scripts/build-console.ts");
process.exitCode =
  built ||
  (await runNode(
    "e2e/node_modules/@playwright/test/cli.js",
    [
      "test",
      "--config",
      "e2e/playwright.config.ts",
      ...given.filter((parameter) => !parameter.startsWith("--pooler=")),
    ],
    { CHROMIUM, E2E_POOLER: pooler },
  ));
