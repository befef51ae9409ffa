import { isNode, lineOf, type Node, nameOf, parse, walk } from "./syntax.ts";

/** The names of all functions that a file calls. */
export function callsIn(file: string, text: string): string[] {
  return [...walk(parse(file, text))]
    .filter(({ type }) => type === "CallExpression")
    .map(({ callee }) => nameOf(callee));
}

/** Where a test waits for a time to pass, and not for something to happen. */
export function fixedWaits(file: string, text: string): string[] {
  const program = parse(file, text);
  const timers = promisedTimers(program);
  return [...walk(program)]
    .filter((node) => isFixedWait(node, timers))
    .map((node) => `${file}:${lineOf(text, node)} ${text.slice(node.start, node.end).split("\n")[0]}`);
}

function isFixedWait(node: Node, timers: Set<string>): boolean {
  if (node.type === "NewExpression" && nameOf(node.callee) === "Promise")
    return isTimerAlone((node.arguments as Node[])[0]);
  if (node.type !== "CallExpression") return false;
  const name = nameOf(node.callee);
  const [first] = node.arguments as Node[];
  return (
    timers.has(name) ||
    /(^|\.)(waitForTimeout|scheduler\.wait|Atomics\.wait)$/.test(name) ||
    (/^(exec|execSync|execFile|execFileSync|spawn|spawnSync)$/.test(name) &&
      /^sleep\b/.test(String(first?.value)))
  );
}

/** What the file calls the functions of `node:timers/promises`. */
function promisedTimers(program: Node): Set<string> {
  const names = (program.body as Node[])
    .filter(
      ({ type, source }) =>
        type === "ImportDeclaration" && isNode(source) && source.value === "node:timers/promises",
    )
    .flatMap(({ specifiers }) => specifiers as Node[])
    .filter(({ imported }) => nameOf(imported) !== "scheduler")
    .map(({ local }) => nameOf(local));
  return new Set(names);
}

/** An executor that only sets a timer. */
function isTimerAlone(executor: Node | undefined): boolean {
  if (!executor || !isNode(executor.body)) return false;
  let body: unknown = executor.body;
  if (isNode(body) && body.type === "BlockStatement") {
    const statements = body.body as Node[];
    body = statements.length === 1 ? statements[0]?.expression : null;
  }
  return isNode(body) && body.type === "CallExpression" && nameOf(body.callee) === "setTimeout";
}
