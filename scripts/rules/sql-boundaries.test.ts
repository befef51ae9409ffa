import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { REPOSITORY_ROOT } from "../processes/run-step.ts";
import { isTestFile } from "./is-test-file.ts";
import {
  isSyntaxNode,
  lastIdentifierOf,
  nodeName,
  parseSource,
  type SyntaxNode,
  walkSyntax,
} from "./syntax.ts";

const files = globSync("{apps,packages}/*/src/**/*.{ts,tsx}", { cwd: REPOSITORY_ROOT })
  .filter((file) => !file.endsWith(".gen.ts") && !isTestFile(file))
  .toSorted();

/** Methods whose first argument is run as SQL. */
const RUNS_SQL = /^(query|queryUnprepared|ingestQuery|execute|exec|unsafe|queryWithoutTimeout)$/;
/** On regular expressions, `exec` has another meaning. */
const HAS_EXEC = /(^|\.)(client|db|pg|pglite|store|tx)\.exec$/i;

/**
 * Finds SQL that is not a literal in the source: concatenated with `+` or `${}`, or returned by a function. Drizzle's `sql`
 * turns the values in its `${}` into parameters; `sql.raw` and `sql(…)` do not.
 */
function sqlFromText(file: string, text: string): string[] {
  if (!/\bsql\b|\.(query|queryUnprepared|ingestQuery|execute|exec|unsafe|queryWithoutTimeout)\b/.test(text))
    return [];
  const program = parseSource(file, text);
  const constants = constantsOf(program);
  const findings: string[] = [];
  for (const node of walkSyntax(program)) {
    if (node.type !== "CallExpression") continue;
    const [first] = node.arguments as SyntaxNode[];
    const method = lastIdentifierOf(node.callee);
    const isRaw = method === "raw" && /(^|\.)sql\.raw$/.test(nodeName(node.callee));
    if (nodeName(node.callee) === "sql" || isRaw) findings.push(at(file, text, node));
    else if (isMember(node.callee) && RUNS_SQL.test(method) && first && !isCallback(first)) {
      const isRegex = method === "exec" && !HAS_EXEC.test(nodeName(node.callee));
      if (!isRegex && !isWrittenOut(first, constants)) findings.push(at(file, text, node));
    }
  }
  return findings;
}

/** tRPC's `query` takes a function, and drizzle's `execute` takes a query object. */
function isCallback(node: SyntaxNode): boolean {
  return /^(ArrowFunctionExpression|FunctionExpression|ObjectExpression)$/.test(node.type);
}

function isMember(node: unknown): boolean {
  return isSyntaxNode(node) && (node.type === "MemberExpression" || node.type === "ChainExpression");
}

/** Constants with a value in this file. Imported constants are recognised by their upper-case names. */
function constantsOf(program: SyntaxNode): Map<string, SyntaxNode> {
  const constants = new Map<string, SyntaxNode>();
  for (const node of walkSyntax(program)) {
    if (node.type !== "VariableDeclaration" || node.kind !== "const") continue;
    for (const one of node.declarations as SyntaxNode[])
      if (isSyntaxNode(one.init)) constants.set(nodeName(one.id), one.init);
  }
  return constants;
}

function isWrittenOut(node: SyntaxNode, constants: Map<string, SyntaxNode>): boolean {
  switch (node.type) {
    case "Literal":
      return true;
    case "TemplateLiteral":
      return (node.expressions as SyntaxNode[]).every((inner) => isWrittenOut(inner, constants));
    case "TaggedTemplateExpression":
      return nodeName(node.tag) === "sql";
    case "BinaryExpression":
      return (
        isWrittenOut(node.left as SyntaxNode, constants) && isWrittenOut(node.right as SyntaxNode, constants)
      );
    case "ConditionalExpression":
      return (
        isWrittenOut(node.consequent as SyntaxNode, constants) &&
        isWrittenOut(node.alternate as SyntaxNode, constants)
      );
    case "Identifier": {
      const value = constants.get(nodeName(node));
      return value ? isWrittenOut(value, constants) : /^[A-Z][A-Z0-9_]+$/.test(nodeName(node));
    }
    default:
      return false;
  }
}

const at = (file: string, text: string, node: SyntaxNode) =>
  `${file}: ${text.slice(node.start, node.end).split("\n")[0]?.replace(/\(.*/, "")}`;

/**
 * Exceptions: the database clients, which pass on the SQL of their callers, and SQL made of constants, numbers and fixed sets
 * of words.
 */
const HANDED_ON: Record<string, string> = {
  "apps/server/src/commands/move-database.ts: target.query": "the texts of copy-database.ts",
  "apps/server/src/commands/move-database.ts: source.query": "the texts of copy-database.ts",
  "packages/db/src/client.ts: client.query<Row>": "the client",
  "packages/db/src/client.ts: db.execute": "the statements of row-level-security.ts, which are constants",
  "packages/db/src/postgres/connection.ts: client.query": "the client",
  "packages/db/src/embedded/embedded-statements.ts: client.query": "the client",
  "packages/db/src/postgres/pg-notify.ts: connection.query":
    "LISTEN with the name of a channel, which is a constant",
  "packages/db/src/partitions.ts: store.queryWithoutTimeout":
    "names of partitions, made of a month or read from the catalogue",
  "packages/db/src/postgres/open-postgres.ts: connection.query": "the client",
  "packages/db/src/postgres/run-statements.ts: connection.query": "the client",
  "packages/db/src/postgres/run-statements.ts: runner.query": "the client",
  "packages/db/src/scoped-database.ts: tx.query<Row>": "the client",
  "packages/whatsapp/src/inbox/count-unread.ts: ctx.query<{ count: number; mentions: number }>": "constants",
  "packages/whatsapp/src/inbox/list-conversations.ts: ctx":
    "the closed words of a filter, and a number of rows",
  "packages/whatsapp/src/inbox/list-conversations.ts: ctx.query<Row>":
    "the closed words of a filter, and a number of rows",
  "packages/whatsapp/src/inbox/messages/list-messages.ts: ctx.query<Row>": "a number of rows",
  "packages/whatsapp/src/inbox/sending/opt-out.ts: ctx.query<MarkRow>":
    "the conditions of two indexes, constants of the schema",
  "packages/whatsapp/src/inbox/search-conversations.ts: ctx.installation.queryUnprepared<SearchHit>":
    "the closed words of a filter, and a number of rows",
  "packages/whatsapp/src/inbox/search-conversations.ts: ctx.installation.queryUnprepared<{ id: string; byAddress: boolean }>":
    "conditions that are constants",
  "packages/whatsapp/src/search/index-search.ts: store.queryWithoutTimeout":
    "names of columns and tables that are constants",
  "packages/whatsapp/src/search/index-search.ts: tx.execute":
    "names of columns and tables that are constants",
};

const findings = files.flatMap((file) =>
  sqlFromText(file, readFileSync(join(REPOSITORY_ROOT, file), "utf8")),
);

test("nothing builds SQL from text", () => {
  expect(findings.filter((finding) => !(finding in HANDED_ON))).toEqual([]);
});

test("every exception is still one", () => {
  expect(Object.keys(HANDED_ON).filter((finding) => !findings.includes(finding))).toEqual([]);
});

/** Request handlers: they call functions of the domain packages and contain no queries. */
const doors = files.filter((file) =>
  /^(packages\/api|apps\/admin)\/|^apps\/server\/src\/routes\//.test(file),
);
const BUILDS_QUERY =
  /^(select|selectDistinct|insert|update|delete|execute|transaction|query|queryUnprepared|ingestQuery)$/;

/** Finds queries of any kind: with drizzle, as text, or on a database passed as an argument. */
function queriesIn(file: string, text: string): string[] {
  const found: string[] = [];
  for (const node of walkSyntax(parseSource(file, text))) {
    if (node.type === "ImportDeclaration") {
      const from = String((node.source as SyntaxNode).value);
      if (
        /^(drizzle|postgres$|pg$|pg-boss|@electric-sql|@waystation\/db)/.test(from) &&
        node.importKind !== "type"
      )
        found.push(`${file} imports ${from}`);
    }
    if (node.type === "TaggedTemplateExpression" && nodeName(node.tag) === "sql")
      found.push(at(file, text, node));
    if (node.type !== "CallExpression" || !isMember(node.callee)) continue;
    const callee = nodeName(node.callee);
    if (/(^|\.)(db|store|tx)\.\w+$/.test(callee) && BUILDS_QUERY.test(lastIdentifierOf(node.callee)))
      found.push(at(file, text, node));
  }
  return found;
}

test("doors hold no SQL", () => {
  expect(doors.length).toBeGreaterThan(100);
  expect(doors.flatMap((file) => queriesIn(file, readFileSync(join(REPOSITORY_ROOT, file), "utf8")))).toEqual(
    [],
  );
});

test.each([
  ["an import of drizzle", 'import { eq } from "drizzle-orm"'],
  ["an import of the schema", 'import { users } from "@waystation/db/schema/identity"'],
  ["drizzle's builder", "const rows = await ctx.db.select().from(users)"],
  ["a text", 'await platform.store.query("select 1", [])'],
  ["a template", "run(sql`select 1`)"],
])("%s in a door is seen", (_name, text) => {
  expect(queriesIn("packages/api/src/x.ts", text)).not.toEqual([]);
});

/** `«x»` stands for a template placeholder. */
const withPlaceholders = (text: string) =>
  text.replaceAll(/«(\w+)»/g, (_, name) => ["$", "{", name, "}"].join(""));

test.each([
  ["sql.raw", "db.execute(sql.raw(text))"],
  ["an alias of sql.raw", "drizzle.sql.raw(text)"],
  ["sql as a function", "db.execute(sql(text))"],
  ["a value in a template", "store.query(`select * from t where id = '«id»'`, [])"],
  ["a sum", "store.query('select * from t where id = ' + id, [])"],
  ["a sum in a constant", "const text = 'select ' + id; store.query(text, [])"],
  ["the result of a function", "client.unsafe(makeQuery(id))"],
  ["a parameter", "const run = (text) => client.exec(text)"],
])("%s is seen", (_name, text) => {
  expect(sqlFromText("x.ts", withPlaceholders(text))).not.toEqual([]);
});

test.each([
  ["a written text", "store.query('select 1', [])"],
  ["drizzle's template", "db.execute(sql`select «id»`)"],
  ["a constant of constants", "const A = 'a'; const B = `select «A»`; store.query(B, [])"],
  ["a procedure of tRPC", "member.query(({ ctx }) => list(ctx))"],
])("%s is none", (_name, text) => {
  expect(sqlFromText("x.ts", withPlaceholders(text))).toEqual([]);
});
