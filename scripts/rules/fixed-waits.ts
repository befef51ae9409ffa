import { isSyntaxNode, lineOf, nodeName, parseSource, type SyntaxNode, walkSyntax } from "./syntax.ts";

/** Finds places where a test mocks a module or a response of the server. */
export function findModuleMocks(file: string, text: string): string[] {
  return [...walkSyntax(parseSource(file, text))]
    .filter((node) => node.type === "CallExpression" && replaces(node))
    .map((node) => `${file}:${lineOf(text, node)} ${text.slice(node.start, node.end).split("\n")[0]}`);
}

function replaces(call: SyntaxNode): boolean {
  const name = nodeName(call.callee);
  if (/^(vi|jest)\.(do|un)?mock$|^mock\.module$|(^|\.)routeFromHAR$/i.test(name)) return true;
  if (!/(^|\.)fulfill$/.test(name)) return false;
  // Simulated failures of the network or of a proxy are allowed.
  const [options] = call.arguments as SyntaxNode[];
  const fields = new Map(
    ((options?.properties ?? []) as SyntaxNode[]).map((property) => [
      nodeName(property.key),
      property.value as SyntaxNode,
    ]),
  );
  return !(Number(fields.get("status")?.value) >= 500 || fields.get("body")?.value === "");
}

/** Finds places where a test waits for a fixed time instead of a condition. */
export function findFixedWaits(file: string, text: string): string[] {
  const program = parseSource(file, text);
  const timers = promisedTimers(program);
  return [...walkSyntax(program)]
    .filter((node) => isFixedWait(node, timers))
    .map((node) => `${file}:${lineOf(text, node)} ${text.slice(node.start, node.end).split("\n")[0]}`);
}

function isFixedWait(node: SyntaxNode, timers: Set<string>): boolean {
  if (node.type === "NewExpression" && nodeName(node.callee) === "Promise")
    return isTimerAlone((node.arguments as SyntaxNode[])[0]);
  if (node.type !== "CallExpression") return false;
  const name = nodeName(node.callee);
  const [first] = node.arguments as SyntaxNode[];
  return (
    timers.has(name) ||
    /(^|\.)(waitForTimeout|scheduler\.wait|Atomics\.wait)$/.test(name) ||
    (/^(exec|execSync|execFile|execFileSync|spawn|spawnSync)$/.test(name) &&
      /^sleep\b/.test(String(first?.value)))
  );
}

/** Local names of the functions of `node:timers/promises`. */
function promisedTimers(program: SyntaxNode): Set<string> {
  const names = (program.body as SyntaxNode[])
    .filter(
      ({ type, source }) =>
        type === "ImportDeclaration" && isSyntaxNode(source) && source.value === "node:timers/promises",
    )
    .flatMap(({ specifiers }) => specifiers as SyntaxNode[])
    .filter(({ imported }) => nodeName(imported) !== "scheduler")
    .map(({ local }) => nodeName(local));
  return new Set(names);
}

/** Whether a promise executor only sets a timer. */
function isTimerAlone(executor: SyntaxNode | undefined): boolean {
  if (!executor || !isSyntaxNode(executor.body)) return false;
  let body: unknown = executor.body;
  if (isSyntaxNode(body) && body.type === "BlockStatement") {
    const statements = body.body as SyntaxNode[];
    body = statements.length === 1 ? statements[0]?.expression : null;
  }
  return isSyntaxNode(body) && body.type === "CallExpression" && nodeName(body.callee) === "setTimeout";
}
