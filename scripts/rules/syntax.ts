import { parseSync } from "oxc-parser";

/** A node of the ESTree syntax tree. Children are stored under various names. */
export interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  [name: string]: unknown;
}

export function parseSource(file: string, text: string): SyntaxNode {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  return program as unknown as SyntaxNode;
}

export function isSyntaxNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** Yields the node and all its descendants. */
export function* walkSyntax(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value])
      if (isSyntaxNode(child)) yield* walkSyntax(child);
}

/** The dotted name of an identifier or member expression, such as `a.b.c`. Empty for other nodes. */
export function nodeName(node: unknown): string {
  if (!isSyntaxNode(node)) return "";
  if (node.type === "Identifier" || node.type === "PrivateIdentifier") return String(node.name);
  if (node.type === "ThisExpression") return "this";
  if (node.type === "ChainExpression") return nodeName(node.expression);
  if (node.type !== "MemberExpression" || node.computed) return "";
  const object = nodeName(node.object);
  const property = nodeName(node.property);
  return object ? `${object}.${property}` : property;
}

export const lastIdentifierOf = (node: unknown): string => nodeName(node).split(".").at(-1) ?? "";

export function lineOf(text: string, node: SyntaxNode): number {
  return text.slice(0, node.start).split("\n").length;
}
