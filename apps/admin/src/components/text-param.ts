/** The text of a search parameter. The router parses values as JSON, so that a number is one; objects and lists have no text. */
export function textParam(value: unknown): string | undefined {
  if (typeof value === "object" || value === undefined || value === "") return undefined;
  return String(value);
}
