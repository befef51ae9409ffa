import type { AnyTRPCProcedure } from "@trpc/server";
import { exportAuditInput } from "@waystation/identity/audit/inputs";
import { z } from "zod";
import { appRouter } from "../root.ts";
import { namedSchema } from "./common-schemas.ts";
import { mediaOpenApiPaths } from "./media-openapi.ts";
import type { ProcedureMeta, RestMapping } from "./rest-meta.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** One procedure as REST offers it. */
export interface RestEndpoint extends RestMapping {
  /** As in `conversations.list`. */
  procedure: string;
  /** The fields of the input that stand in the path, in the query, and in the body. */
  inPath: RestField[];
  inQuery: RestField[];
  inBody: RestField[];
}

export interface RestField {
  name: string;
  schema: JsonSchema;
  isRequired: boolean;
}

/** Every procedure with a place in REST. */
export const restEndpoints: RestEndpoint[] = Object.entries(
  appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>,
).flatMap(([procedure, { _def }]) => {
  const { rest } = (_def.meta ?? {}) as ProcedureMeta;
  if (!rest) return [];
  const [input] = (_def as unknown as { inputs: z.ZodType[] }).inputs;
  const fields = input ? fieldsOf(input) : [];
  const names = [...rest.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const inPath = fields.filter(({ name }) => names.includes(name));
  if (inPath.length !== names.length) throw new Error(`${rest.path} names what ${procedure} does not take`);
  const others = fields.filter((field) => !inPath.includes(field));
  return [
    {
      ...rest,
      procedure,
      inPath,
      inQuery: rest.method === "POST" ? [] : others,
      inBody: rest.method === "POST" ? others : [],
    },
  ];
});

function fieldsOf(input: z.ZodType): RestField[] {
  const object = input instanceof z.ZodOptional ? input.unwrap() : input;
  const { properties = {}, required = [] } = plain(
    z.toJSONSchema(object as z.ZodType, { io: "input", override }),
  );
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    schema: schema as JsonSchema,
    isRequired: required.includes(name),
  }));
}

/** Without what is said already: a format's pattern, an integer's bounds; and answers may come to hold more than is written. */
function override({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  if (jsonSchema.format) delete jsonSchema.pattern;
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  for (const bound of ["minimum", "maximum"] as const)
    if (Math.abs(Number(jsonSchema[bound])) === Number.MAX_SAFE_INTEGER) delete jsonSchema[bound];
}

function plain({ $schema: _, $id: __, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

const uri = (id: string) => `#/components/schemas/${id}`;

const REFUSALS: [status: string, name: string, description: string][] = [
  ["400", "Invalid", "The request is not valid, or cannot be done now."],
  ["401", "Unknown", "Nobody is signed in, or the API key is not valid (any more)."],
  ["403", "Forbidden", "The role does not allow it."],
  ["404", "NotFound", "There is no such thing in the organisation."],
  ["409", "Conflict", "It contradicts what is there by now."],
  ["413", "TooLarge", "The body is too long."],
  ["415", "NotJson", "The body is not JSON."],
  ["429", "TooMany", "Too many requests. `Retry-After` says how many seconds to wait."],
  ["502", "TwilioFailed", "Twilio did not answer, or not as it should."],
  ["default", "Failed", "Something went wrong here. The request can be sent again."],
];

const TAGS: Record<RestMapping["about"], string> = {
  Twilio: "Connections to Twilio accounts, and the webhooks that they send.",
  Inbox: "Conversations with customers, their messages and files.",
  Organisation: "The team and the audit log.",
};

/** A laptop's own address means nothing to others: the document's own address is meant then. */
function serverUrl(publicUrl: string): string {
  return /^https?:\/\/(localhost|127\.|\[::1\])/.test(publicUrl) ? "/" : publicUrl;
}

/** The OpenAPI document of this server. */
export function createOpenApiDocument(publicUrl: string): object {
  const answers = z.registry<{ id: string }>();
  for (const [id, schema] of namedSchema._idmap) answers.add(schema, { id });
  for (const { answer, procedure } of restEndpoints)
    if (!answers.has(answer)) answers.add(answer, { id: `${capital(operationId(procedure))}Answer` });
  const { schemas } = z.toJSONSchema(answers, { uri, io: "output", override });
  const paths: Record<string, Record<string, object>> = {};
  for (const endpoint of restEndpoints) {
    const answer = uri(answers.get(endpoint.answer)?.id ?? "");
    paths[endpoint.path] = {
      ...paths[endpoint.path],
      [endpoint.method.toLowerCase()]: operation(endpoint, answer),
    };
  }
  paths["/api/audit/export"] = { get: auditExport() };
  Object.assign(
    paths,
    mediaOpenApiPaths(REFUSALS.map(([status, name]) => [status, `#/components/responses/${name}`])),
  );
  return {
    openapi: "3.1.1",
    info: {
      title: "Waystation",
      version: "1",
      license: { name: "MIT", identifier: "MIT" },
      contact: { name: "Whoever operates this server", url: publicUrl },
      summary: "The WhatsApp desk of an organisation, for other programs.",
      description:
        "Every request acts in one organisation, with one role: those of the API key, or of the person who is signed in. Times are ISO 8601 in UTC. Lists come in pages: give `nextCursor` as `cursor` to go on.",
    },
    servers: [{ url: serverUrl(publicUrl) }],
    security: [{ key: [] }, { session: [] }],
    tags: [...new Set(restEndpoints.map(({ about }) => about))].map((name) => ({
      name,
      description: TAGS[name],
    })),
    paths,
    components: {
      securitySchemes: {
        key: {
          type: "http",
          scheme: "bearer",
          description: "An API key, made under Settings in the console.",
        },
        session: {
          type: "apiKey",
          in: "cookie",
          name: publicUrl.startsWith("https:")
            ? "__Host-waystation.session_token"
            : "waystation.session_token",
          description:
            "The cookie of a browser that is signed in to the console; from pages of this origin only.",
        },
      },
      responses: Object.fromEntries(REFUSALS.map(([, name, words]) => [name, refusal(words)])),
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([id, schema]) => [id, plain(schema as JsonSchema)]),
      ),
    },
  };
}

function operation(endpoint: RestEndpoint, answer: string): object {
  const { procedure, about, summary, description, inPath, inQuery, inBody } = endpoint;
  const parameters = [
    ...inPath.map((field) => parameter("path", field)),
    ...inQuery.map((field) => parameter("query", field)),
  ];
  return {
    operationId: operationId(procedure),
    tags: [about],
    summary,
    description: description ?? `${summary}.`,
    ...(parameters.length > 0 && { parameters }),
    ...(inBody.length > 0 && {
      requestBody: {
        required: inBody.some(({ isRequired }) => isRequired),
        content: { "application/json": { schema: objectOf(inBody) } },
      },
    }),
    responses: {
      "200": { description: "Done.", content: { "application/json": { schema: { $ref: answer } } } },
      ...Object.fromEntries(
        REFUSALS.map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]),
      ),
    },
  };
}

const refusal = (description: string) => ({
  description,
  content: { "application/json": { schema: { $ref: uri("Problem") } } },
});

function parameter(where: "path" | "query", { name, schema, isRequired }: RestField): object {
  return { name, in: where, required: where === "path" || isRequired, schema };
}

/** No procedure, because it is a file as long as the log: see `audit-export-route.ts` of the server. */
function auditExport(): object {
  const file = { schema: { type: "string" } };
  return {
    operationId: "auditExport",
    tags: ["Organisation"],
    summary: "Take the audit log as a file",
    description:
      "All entries that fit, newest first, as CSV or as one JSON object a line. For owners and admins.",
    parameters: fieldsOf(exportAuditInput).map((field) => parameter("query", field)),
    responses: {
      "200": { description: "A file.", content: { "text/csv": file, "application/jsonl": file } },
      ...Object.fromEntries(
        REFUSALS.map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]),
      ),
    },
  };
}

function objectOf(fields: RestField[]): object {
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(({ name, schema }) => [name, schema])),
    required: fields.filter(({ isRequired }) => isRequired).map(({ name }) => name),
    additionalProperties: false,
  };
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
const operationId = (procedure: string) =>
  procedure.replace(/\.(\w)/, (_, letter: string) => letter.toUpperCase());
