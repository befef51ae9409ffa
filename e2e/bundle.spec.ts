import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { expect, test } from "./helpers/fixtures.ts";

const BUDGET = 200_000;
const dist = join(import.meta.dirname, "../apps/admin/dist");

/**
 * Total gzip size of the scripts that a first visit loads. The browser lists the scripts; the sizes are those of the built
 * files.
 */
async function gzipLoadedBy(page: Page, path: string, landmark: string): Promise<number> {
  const scripts = new Set<string>();
  page.on("response", (response) => {
    if (response.request().resourceType() === "script") scripts.add(new URL(response.url()).pathname);
  });
  await page.goto(path);
  await expect(page.getByRole("heading", { name: landmark })).toBeVisible();
  await page.waitForLoadState("load");
  page.removeAllListeners("response");
  expect(scripts.size).toBeGreaterThan(0);
  return [...scripts].reduce((sum, script) => sum + gzipSync(readFileSync(join(dist, script))).length, 0);
}

test("the first page is light", async ({ page, setup, visitor, connect }) => {
  const owner = await setup();
  await connect();
  const loaded = {
    "/sign-in": await gzipLoadedBy(await visitor(), "/sign-in", "Sign in"),
    "/": await gzipLoadedBy(page, "/", "What to do next"),
  };
  expect(owner.organizationId).toBeTruthy();
  for (const [path, bytes] of Object.entries(loaded)) {
    test.info().annotations.push({ type: path, description: `${Math.round(bytes / 1000)} kB of JavaScript` });
    expect(bytes, path).toBeLessThanOrEqual(BUDGET);
  }
});

test("what is served tells no secrets", () => {
  const files = globSync("**/*.*", { cwd: dist });
  expect(files.filter((file) => file.endsWith(".map"))).toEqual([]);
  const secrets = {
    "a source map": /sourceMappingURL/,
    "a Twilio SID": /\b(AC|SK|MG|SM)[0-9a-f]{32}\b/,
    "a token": /["'`][0-9a-f]{32}["'`]/,
    "a private key": /BEGIN [A-Z ]*PRIVATE KEY/,
    "the name of a secret": /ENCRYPTION_KEYS|AUTH_SECRET|METRICS_TOKEN/,
    "a path of the machine that built it": /\/(home|root|Users|work)\/[\w.-]+\//,
  };
  const texts = files.filter((file) => /\.(js|css|html|svg|json|txt|webmanifest)$/.test(file));
  expect(texts.length).toBeGreaterThan(10);
  const found = texts.flatMap((file) => {
    const text = readFileSync(join(dist, file), "utf8");
    return Object.entries(secrets).flatMap(([what, sign]) => (sign.test(text) ? [`${file}: ${what}`] : []));
  });
  expect(found).toEqual([]);
});
