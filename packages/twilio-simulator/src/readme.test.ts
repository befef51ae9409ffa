import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as sentinels from "./sentinels.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the README names every sentinel", () => {
  const {
    SENTINEL_ACCOUNTS,
    SENTINEL_API_KEYS,
    SENTINEL_SENDERS,
    SENTINEL_TEMPLATES,
    SENTINEL_TOKENS,
    REJECTED_RECIPIENT_ENDINGS,
    FAILED_RECIPIENT_ENDINGS,
    CREATE_ERROR_ENDINGS,
  } = sentinels;
  const words = [
    ...Object.entries(SENTINEL_ACCOUNTS).map(([name, sid]) => {
      const repeated = sid[2] === sid[3] ? `\`${sid[2]}\`×32` : `\`${sid.slice(2, 4)}\`×16`;
      return `| \`${name}\` | \`AC\` + ${repeated} |`;
    }),
    ...Object.keys(SENTINEL_API_KEYS).map((name) => `SENTINEL_API_KEYS.${name}`),
    ...Object.entries(SENTINEL_SENDERS).flatMap(([name, address]) => [`SENTINEL_SENDERS.${name}`, address]),
    ...Object.keys(SENTINEL_TOKENS)
      .concat(Object.keys(SENTINEL_TEMPLATES))
      .map((name) => `.${name}`),
    ...Object.keys(REJECTED_RECIPIENT_ENDINGS).concat(
      Object.keys(FAILED_RECIPIENT_ENDINGS),
      Object.values(CREATE_ERROR_ENDINGS),
    ),
    sentinels.VERIFIED_TRIAL_RECIPIENT,
  ];
  expect(words.filter((word) => !readme.includes(word))).toEqual([]);
});

test("it says undelivered and failed where the code does", () => {
  for (const [code, { status }] of Object.entries(sentinels.FAILED_RECIPIENT_ENDINGS)) {
    const row = readme
      .split("\n")
      .find((line) => line.startsWith("| 63") && line.split("|")[1]?.includes(code));
    expect([code, row]).toEqual([
      code,
      expect.stringContaining(status === "failed" ? "`failed`" : "`undelivered`"),
    ]);
  }
});
