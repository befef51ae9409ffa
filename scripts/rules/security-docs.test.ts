import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mutations, UNTESTED_CLAIMS } from "../mutations/all.ts";
import { REPOSITORY_ROOT } from "../processes/run-step.ts";

const read = (file: string) => readFileSync(join(REPOSITORY_ROOT, file), "utf8");
const holds = (file: string, title: string) =>
  existsSync(join(REPOSITORY_ROOT, file)) && read(file).includes(title);

test("every test that docs/security.md names is there", () => {
  const named = [...read("docs/security.md").matchAll(/`([^`]+\.ts)` "([^"]+)"/g)];
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter(([, file = "", title = ""]) => !holds(file, title)).map(([line]) => line)).toEqual([]);
});

const rowsOf = (text: string) =>
  [...text.matchAll(/^\| ([A-Z]\d+b?(?:, [A-Z]\d+)*|[a-z]+) \| [^|]+ \|/gm)].map(([, id = ""]) => id);

test("every claim of docs/security.md has a change that turns a test red, and the page lists it", () => {
  const page = read("docs/security.md");
  const [claims = "", listed = ""] = page.split("## Changes that turn a test red");
  const ids = rowsOf(claims.split("## Bad inputs")[0] ?? "");
  expect(ids.length).toBeGreaterThan(45);
  const covered = new Set([...mutations.map(({ claim }) => claim), ...Object.keys(UNTESTED_CLAIMS)]);
  expect(ids.filter((id) => !covered.has(id))).toEqual([]);
  expect([...covered].filter((id) => !ids.includes(id))).toEqual([]);
  const lines = [
    ...mutations.map(({ claim, change, title }) => `| ${claim} | ${change} | ${title} |`),
    ...Object.entries(UNTESTED_CLAIMS).map(([claim, reason]) => `| ${claim} | ${reason} | |`),
  ];
  const rows = listed
    .trim()
    .split("\n")
    .filter((line) => line.startsWith("| "));
  expect(rows.slice(2)).toEqual(lines);
});

test("every such change fits the code, and its test is there", () => {
  for (const { claim, edits, test: file, title } of mutations) {
    expect.soft(holds(file, title), `${claim}: ${file} › ${title}`).toBe(true);
    for (const { file, find } of edits)
      expect.soft(read(file).split(find).length - 1, `${claim}: ${find} in ${file}`).toBe(1);
  }
});

test("secrets are compared in constant time", () => {
  const comparing = [
    "packages/whatsapp/src/webhooks/signature/signature.ts",
    "packages/identity/src/setup/create-owner.ts",
    "packages/whatsapp/src/media/signed-url.ts",
    "packages/identity/src/invitations/invitation-link.ts",
  ];
  for (const file of comparing) expect.soft(read(file), file).toMatch(/timingSafeEqual\(/);
});

test("docs/asvs.csv has all requirements of level 1 and 2, each with where or why", () => {
  const rows = read("docs/asvs.csv")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => /^(V[\d.]+),([12]),(?:"[^"]+"|[^",]+),([a-z ]+),(?:"(.+)"|(.+))$/.exec(line) ?? [line]);
  const levels = rows.map(([, , level]) => level);
  expect([levels.filter((level) => level === "1").length, levels.length]).toEqual([70, 253]);
  expect(new Set(rows.map(([, id]) => id)).size).toBe(253);
  for (const [, id, , state, quoted, plain] of rows) {
    expect(["tested", "documented", "not applicable", "not met"], id).toContain(state);
    if (state !== "tested") continue;
    const [file = "", title = ""] = (quoted ?? plain ?? "").replaceAll('""', '"').split(" › ");
    expect(holds(file, title), `${id}: ${file} › ${title}`).toBe(true);
  }
});
