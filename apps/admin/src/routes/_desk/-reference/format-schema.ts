import { type ApiOperation, fileTypesOfContent, type JsonSchema, jsonSchemaOf } from "./api-document.ts";

const step = "  ";

/** A shape as TypeScript would write it, which is how most people read one. */
export function formatJsonSchema(shape: JsonSchema, indent = ""): string {
  if (shape.$ref) return shape.$ref.split("/").at(-1) ?? "";
  if (shape.anyOf) return [...new Set(shape.anyOf.map((each) => formatJsonSchema(each, indent)))].join(" | ");
  if (shape.const !== undefined) return JSON.stringify(shape.const);
  if (shape.enum) return shape.enum.map((each) => JSON.stringify(each)).join(" | ");
  if (shape.type === "array") return printList(shape, indent);
  if (shape.type === "object") return printObject(shape, indent);
  if (shape.format === "date-time") return "Time";
  if (shape.format === "uuid") return "Uuid";
  return shape.type ?? "anything";
}

function printList({ items = {} }: JsonSchema, indent: string): string {
  const each = formatJsonSchema(items, indent);
  return each.includes(" | ") && !each.startsWith("{") ? `(${each})[]` : `${each}[]`;
}

function printObject(shape: JsonSchema, indent: string): string {
  const { properties = {}, required = [], additionalProperties } = shape;
  const fields = Object.entries(properties);
  if (fields.length === 0)
    return typeof additionalProperties === "object"
      ? `{ [name]: ${formatJsonSchema(additionalProperties, indent)} }`
      : "{}";
  const inner = indent + step;
  const lines = fields.flatMap(([name, field]) => [
    ...(field.description ? [`${inner}// ${field.description.replaceAll("`", "")}`] : []),
    `${inner}${name}${required.includes(name) ? "" : "?"}: ${formatJsonSchema(field, inner)}`,
  ]);
  return ["{", ...lines, `${indent}}`].join("\n");
}

/** What may be given for a field, in a few words. */
export function formatSchemaLimits({ minimum, maximum, minLength, maxLength }: JsonSchema): string {
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (minLength !== undefined && maxLength !== undefined) return `${minLength} to ${maxLength} characters`;
  return maxLength === undefined ? "" : `at most ${maxLength} characters`;
}

const samples: Record<string, unknown> = {
  mode: "live",
  sender: "whatsapp:+14155550100",
  accountSid: "AC…",
  authToken: "…",
  clientKey: "order-4711",
  body: "Your order is on its way.",
  userId: null,
};

/** One call that can be pasted into a shell, with what has to be given. */
export function formatCurlCommand(
  url: string,
  method: string,
  path: string,
  operation: ApiOperation,
): string {
  const { parameters = [], requestBody } = operation;
  const ids = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `$${constant(name)}`);
  const asked = parameters.filter((each) => each.in === "query" && each.name.endsWith("Id"));
  const query =
    method === "DELETE" && asked.length > 0
      ? `?${asked.map(({ name }) => `${name}=$${constant(name)}`).join("&")}`
      : "";
  const body = jsonSchemaOf(requestBody);
  const [fileType] = fileTypesOfContent(requestBody);
  const given = Object.keys(body?.properties ?? {}).filter(
    (name) => body?.required?.includes(name) || name in samples,
  );
  const json = given.map((name) => `"${name}": ${JSON.stringify(samples[name] ?? null)}`).join(", ");
  return [
    `curl${method === "GET" ? "" : ` -X ${method}`} -H "Authorization: Bearer $WAYSTATION_KEY"`,
    ...(body ? [`-H "Content-Type: application/json"`, `-d '{ ${json} }'`] : []),
    ...(fileType ? [`-H "Content-Type: ${fileType}"`, "--data-binary @photo.jpg"] : []),
    `"${url}${ids}${query}"`,
  ].join(" \\\n  ");
}

const constant = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
