/** The 2010 API responds with XML to every path that does not end in .json. Names become PascalCase. */
export function renderXml(root: string, body: Record<string, unknown>): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<TwilioResponse>${element(root, body)}</TwilioResponse>`;
}

const pascal = (name: string) =>
  name.replace(/(^|_)([a-z])/g, (_, _underscore, letter: string) => letter.toUpperCase());

function element(name: string, value: unknown): string {
  const tag = pascal(name);
  if (value === null || value === undefined || value === "") return `<${tag}/>`;
  if (Array.isArray(value))
    return `<${tag}>${value.map((item) => element(tag.replace(/ies$/, "y").replace(/s$|List$/, ""), item)).join("")}</${tag}>`;
  if (typeof value === "object")
    return `<${tag}>${Object.entries(value)
      .map(([key, inner]) => element(key, inner))
      .join("")}</${tag}>`;
  return `<${tag}>${escapeXml(String(value))}</${tag}>`;
}

function escapeXml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
