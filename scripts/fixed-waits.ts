import { isNode, lineOf, type Node, nameOf, parse, walk } from "./syntax.ts";

/** Where a test puts something else in the place of a module or of the server's response. */
export function replacements(file: string, text: string): string[] {
  return [...walk(parse(file, text))]
    .filter((node) => node.type === "CallExpression" && replaces(node))
    .map((node) => `${file}:${lineOf(text, node)} ${text.slice(node.start, node.end).split("\n")[0]}`);
}

function replaces(call: Node): boolean {
  const name = nameOf(call.callee);
  if (/^(vi|jest)\.(do|un)?mock$|^mock\.module$|(^|\.)routeFromHAR$/i.test(name)) return true;
  if (!/(^|\.)fulfill$/.test(name)) return false;
  // A failure of the network or of a proxy is no response of ours.
  const [options] = call.arguments as Node[];
  const fields = new Map(
    ((options?.properties ?? []) as Node[]).map((property) => [nameOf(property.key), property.value as Node]),
  );
  return !(Number(fields.get("status")?.value) >= 500 || fields.get("body")?.value === "");
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
