import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as sentinels from "./sentinels.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the README names every sentinel", () => {
  const { ACCOUNTS, API_KEYS, SENDERS, TEMPLATES, TOKENS, REFUSED_ENDINGS, FAILING_ENDINGS, CREATE_ENDINGS } =
    sentinels;
  const words = [
    ...Object.entries(ACCOUNTS).map(([name, sid]) => {
      const repeated = sid[2] === sid[3] ? `\`${sid[2]}\`×32` : `\`${sid.slice(2, 4)}\`×16`;
      return `| \`${name}\` | \`AC\` + ${repeated} |`;
    }),
    ...Object.keys(API_KEYS).map((name) => `API_KEYS.${name}`),
    ...Object.entries(SENDERS).flatMap(([name, address]) => [`SENDERS.${name}`, address]),
    ...Object.keys(TOKENS)
      .concat(Object.keys(TEMPLATES))
      .map((name) => `.${name}`),
    ...Object.keys(REFUSED_ENDINGS).concat(Object.keys(FAILING_ENDINGS), Object.values(CREATE_ENDINGS)),
    sentinels.VERIFIED_TRIAL_RECIPIENT,
  ];
  expect(words.filter((word) => !readme.includes(word))).toEqual([]);
});

test("it says undelivered and failed where the code does", () => {
  for (const [code, { status }] of Object.entries(sentinels.FAILING_ENDINGS)) {
    const row = readme
      .split("\n")
      .find((line) => line.startsWith("| 63") && line.split("|")[1]?.includes(code));
    expect([code, row]).toEqual([
      code,
      expect.stringContaining(status === "failed" ? "`failed`" : "`undelivered`"),
    ]);
  }
});
