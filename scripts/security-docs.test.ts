import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./run-step.ts";

const read = (file: string) => readFileSync(join(root, file), "utf8");
const holds = (file: string, title: string) => existsSync(join(root, file)) && read(file).includes(title);

test("every test that docs/security.md names is there", () => {
  const named = [...read("docs/security.md").matchAll(/`([^`]+\.ts)` "([^"]+)"/g)];
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter(([, file = "", title = ""]) => !holds(file, title)).map(([line]) => line)).toEqual([]);
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
