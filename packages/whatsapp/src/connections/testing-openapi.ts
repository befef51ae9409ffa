import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  nullable?: boolean;
  required?: string[];
  enum?: unknown[];
  pattern?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
}
interface Spec {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content: Record<string, { schema: Schema }> }> }>
  >;
  components: { schemas: Record<string, Schema> };
}

/** The position of a value in a body. */
export type Path = (string | number)[];

/** A Twilio response with every field in its OpenAPI file. */
export class DocumentedResponse {
  readonly #spec: Spec;
  readonly #schema: Schema;

  constructor(file: string, path: string) {
    const url = new URL(`../../../../fixtures/twilio/openapi/${file}.json`, import.meta.url);
    this.#spec = JSON.parse(readFileSync(url, "utf8")) as Spec;
    const schema = this.#spec.paths[path]?.get?.responses["200"]?.content["application/json"]?.schema;
    if (!schema) throw new Error(`GET ${path} is not in ${file}`);
    this.#schema = schema;
  }

  /** A body with a value in every field. `values` replaces fields by name, at any depth. */
  body(values: Record<string, unknown>): unknown {
    return this.#sample(this.#schema, values);
  }

  /** Every field, with values that may replace it. */
  variations(): { path: Path; name: string; values: [kind: string, value: unknown][] }[] {
    return this.#walk(this.#schema, []).map(({ path, schema, isRequired }) => {
      const values: [string, unknown][] = [["null", null]];
      if (!isRequired) values.push(["missing", undefined]);
      if (schema.enum) values.push(["an unknown word", "hibernating"]);
      if (schema.type === "string" && !schema.pattern) values.push(["a number", 17]);
      if (schema.type === "integer" || schema.type === "boolean") values.push(["text", "17"]);
      if (schema.type === "array") values.push(["an empty list", []], ["a list with null", [null]]);
      return { path, name: path.join("."), values };
    });
  }

  #resolve(schema: Schema): Schema {
    if (!schema.$ref) return schema;
    const target = this.#spec.components.schemas[schema.$ref.split("/").at(-1) ?? ""];
    if (!target) throw new Error(`${schema.$ref} is not there`);
    return this.#resolve(target);
  }

  #walk(given: Schema, path: Path): { path: Path; schema: Schema; isRequired: boolean }[] {
    const schema = this.#resolve(given);
    if (schema.items) return this.#walk(schema.items, [...path, 0]);
    return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [
      {
        path: [...path, name],
        schema: this.#resolve(inner),
        isRequired: schema.required?.includes(name) ?? false,
      },
      ...this.#walk(inner, [...path, name]),
    ]);
  }

  #sample(given: Schema, values: Record<string, unknown>, name = ""): unknown {
    if (name in values) return values[name];
    const schema = this.#resolve(given);
    if (schema.items) return [this.#sample(schema.items, values)];
    if (schema.type === "object" || schema.properties)
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, inner]) => [
          key,
          this.#sample(inner, values, key),
        ]),
      );
    if (schema.enum) return schema.enum[0];
    if (schema.type === "integer" || schema.type === "number") return 1;
    if (schema.type === "boolean") return true;
    const prefix = /^\^(\w\w)\[/.exec(schema.pattern ?? "")?.[1];
    if (prefix) return `${prefix}${"a".repeat(32)}`;
    return schema.format?.startsWith("date-time") ? "2026-11-01T08:00:00Z" : "text";
  }
}

/** The same body with another value at `path`; `undefined` removes the field. */
export function withValue(body: unknown, path: Path, value: unknown): unknown {
  const copy = structuredClone(body);
  let owner = copy as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) {
    const inner = owner[step];
    // An outer field was replaced before.
    if (typeof inner !== "object" || inner === null) return copy;
    owner = inner as Record<string | number, unknown>;
  }
  const last = path.at(-1) ?? "";
  if (value === undefined) delete owner[last];
  else owner[last] = value;
  return copy;
}

export type Responder = (res: ServerResponse) => void;
export type Route = "account" | "messages" | "senders" | "sender" | "services" | "service" | "pool";

const ROUTES: [Route, RegExp][] = [
  ["account", /^\/2010-04-01\/Accounts\/\w+\.json$/],
  ["messages", /^\/2010-04-01\/Accounts\/\w+\/Messages\.json$/],
  ["senders", /^\/v2\/Channels\/Senders$/],
  ["sender", /^\/v2\/Channels\/Senders\/\w+$/],
  ["services", /^\/v1\/Services$/],
  ["service", /^\/v1\/Services\/\w+$/],
  ["pool", /^\/v1\/Services\/\w+\/ChannelSenders$/],
];

export const json =
  (body: unknown, status = 200): Responder =>
  (res) =>
    void res.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));

/** A Twilio stub with the given responses. Responds 202 to changes, and returns a sender's new settings from then on. */
export async function startStub(given: Record<Route, Responder>) {
  const routes = { ...given };
  const server = createServer(async (req, res) => {
    const path = (req.url ?? "").split("?")[0] ?? "";
    const route = ROUTES.find(([, pattern]) => pattern.test(path))?.[0];
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    if (!route) return void res.writeHead(404).end();
    if (req.method !== "POST") return routes[route](res);
    if (route === "sender") routes.sender = json(JSON.parse(Buffer.concat(chunks).toString()));
    res.writeHead(202).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
