import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Simulator } from "./simulator.ts";
import { startSimulator } from "./testing.ts";

const folder = new URL("page/", import.meta.url);
const files = readdirSync(folder);

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.stop());

test("the page is served at the root, with its font", async () => {
  const page = await fetch(`${simulator.url}/`);
  expect(page.headers.get("content-type")).toContain("text/html");
  expect(await page.text()).toContain("<title>Twilio simulator</title>");
  for (const [, font] of readFileSync(new URL("tokens.css", folder), "utf8").matchAll(
    /url\("(fonts\/[^"]+)"\)/g,
  )) {
    const answer = await fetch(`${simulator.url}/${font}`);
    expect([font, answer.status, answer.headers.get("content-type")]).toEqual([font, 200, "font/woff2"]);
  }
});

describe.each(files)("%s", (name) => {
  const text = readFileSync(new URL(name, folder), "utf8");

  test("is served, and names only files that are there", async () => {
    expect((await fetch(`${simulator.url}/${name}`)).status).toBe(200);
    const named = [...text.matchAll(/from "\.\/([^"]+)"|(?:href|src)="([^"#]+)"/g)].map(
      ([, script, link]) => script ?? link,
    );
    expect(named.filter((other) => !files.includes(String(other)))).toEqual([]);
  });

  test("calls no other host and reads no message as markup", () => {
    const hosts = [...text.matchAll(/https?:\/\/([\w.:-]+)/g)].map(([, host]) => host);
    expect(hosts.filter((host) => host !== "www.w3.org" && !host?.startsWith("localhost"))).toEqual([]);
    expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
  });
});
