import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isSafePattern } from "redos-detector";
import { parseAst } from "vite";
import { expect, test } from "vitest";
import { REPOSITORY_ROOT } from "../processes/run-step.ts";
import { isTestFile } from "./is-test-file.ts";

/** Patterns that the checker rejects, with the reason why no input makes them slow. */
const VOUCHED: Record<string, string> = {
  "^[.\\s]+|(?<![.\\s])[.\\s]+$": "tried once from each run of signs",
  "(?<![.,;:!?)\\]}'*_~])[.,;:!?)\\]}'*_~]+$": "tried once from each run of signs",
  "^([a-z][a-z0-9+.-]*:\\/\\/)((?:[^/?#]*@)?)(\\[[^\\]]*\\]|[^/?#:]*)((?::\\d*)?)(.*)$":
    "anchored, and begins with our own address",
  "filename\\*\\s*=\\s*utf-8'[^']*'([^;\\s]+)": "a header, at most 16 KB, tried from the word alone",
  'filename\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s"]+))':
    "a header, at most 16 KB, tried from the word alone",
  "^(\\ufeff)?\\s*BEGIN:VCARD\\r?\\n": "anchored, of the first bytes of a file",
  "\\{(\\w+)\\}": "of our own paths, tried from each brace up to the next",
  "[ \\t]*\\{name\\}": "of a canned reply, whose length is limited",
  "(?:^|[\\s(])@([\\p{L}\\p{N}.'’ -]{0,40})$": "forty signs from each @",
  "```([\\s\\S]+?)```": "in the browser, of one message",
  "\\/+$": "of the operator's own setting",
  "^bearer +(.*)$": "anchored, of a header",
  ';\\s*charset\\s*=\\s*(?!"?utf-?8\\b)': "a header, at most 16 KB, tried from each semicolon",
  "^[\\d\\s+()./-]*\\d[\\d\\s()./-]*$": "anchored, of a search of at most 200 characters",
  "(?<![\\p{L}\\p{N}])\\+?\\(?\\d[\\d ()./\\-\\t]{4,28}\\d(?![\\p{L}\\p{N}])":
    "at most thirty characters from each digit",
  "^screen_\\d+_(.+?)(?:_\\d+)?$": "anchored; each underscore reads only the digits that follow it",
};

const files = globSync("{apps/{admin,server},packages/{api,db,whatsapp}}/src/**/*.{ts,tsx}", {
  cwd: REPOSITORY_ROOT,
}).filter((file) => !isTestFile(file));

/** All regular expression literals in the product. */
function patternsIn(file: string): { pattern: string; flags: string }[] {
  const found: { pattern: string; flags: string }[] = [];
  const tree = parseAst(readFileSync(join(REPOSITORY_ROOT, file), "utf8"), {
    lang: file.endsWith("x") ? "tsx" : "ts",
  });
  JSON.stringify(tree, (_key, value) => {
    if (value?.regex) found.push(value.regex);
    return typeof value === "bigint" || value instanceof RegExp ? undefined : value;
  });
  return found;
}

function isLinear({ pattern, flags }: { pattern: string; flags: string }): boolean {
  return isSafePattern(pattern, {
    unicode: /[uv]/.test(flags),
    caseInsensitive: flags.includes("i"),
    multiLine: flags.includes("m"),
    dotAll: flags.includes("s"),
    downgradePattern: true,
    maxScore: 50,
    maxSteps: 5_000,
    // Limited by steps, which do not depend on the machine.
    timeout: Number.POSITIVE_INFINITY,
  }).safe;
}

test("no text from outside makes a regular expression slow", () => {
  const patterns = files.flatMap((file) => patternsIn(file).map((found) => ({ file, ...found })));
  expect(patterns.length).toBeGreaterThan(150);
  const slow = patterns.filter((found) => !isLinear(found));
  expect(
    slow.filter(({ pattern }) => !(pattern in VOUCHED)).map(({ file, pattern }) => `${file}: ${pattern}`),
  ).toEqual([]);
  const said = new Set(slow.map(({ pattern }) => pattern));
  expect(Object.keys(VOUCHED).filter((pattern) => !said.has(pattern))).toEqual([]);
});

test("what would be slow is seen", () => {
  for (const pattern of ["^(a+)+$", "^(\\w|\\d)*x$", "\\s+$"])
    expect.soft(isLinear({ pattern, flags: "" }), pattern).toBe(false);
});

test("no text from outside becomes a regular expression", () => {
  const made = files.filter((file) =>
    /\bnew RegExp\(|\bRegExp\(/.test(readFileSync(join(REPOSITORY_ROOT, file), "utf8")),
  );
  // Patterns built at run time: escaped names of team members, the server's own path, and the character classes of the search.
  expect(made.toSorted()).toEqual([
    "apps/admin/src/routes/_desk/-inbox/notes/mentions.ts",
    "apps/server/src/routes/webhook-route.ts",
    "packages/whatsapp/src/search/fold.ts",
    "packages/whatsapp/src/search/tokens.ts",
  ]);
});
