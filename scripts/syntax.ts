import { parseSync } from "oxc-parser";

/** A node of the syntax tree (ESTree), with its children under whatever names they have. */
export interface Node {
  type: string;
  start: number;
  end: number;
  [name: string]: unknown;
}

export function parse(file: string, text: string): Node {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  return program as unknown as Node;
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** Every node below this one, itself included. */
export function* walk(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* walk(child);
}

/** `a.b.c` of an identifier or member expression; empty where it is neither. */
export function nameOf(node: unknown): string {
  if (!isNode(node)) return "";
  if (node.type === "Identifier" || node.type === "PrivateIdentifier") return String(node.name);
  if (node.type === "ThisExpression") return "this";
  if (node.type === "ChainExpression") return nameOf(node.expression);
  if (node.type !== "MemberExpression" || node.computed) return "";
  const object = nameOf(node.object);
  const property = nameOf(node.property);
  return object ? `${object}.${property}` : property;
}

export const lastNameOf = (node: unknown): string => nameOf(node).split(".").at(-1) ?? "";

export function lineOf(text: string, node: Node): number {
  return text.slice(0, node.start).split("\n").length;
}
