/** As much of an OpenAPI document as the reference shows. */
export interface JsonSchema {
  $ref?: string;
  type?: string;
  format?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  description?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

interface Content {
  content?: Record<string, { schema: JsonSchema }>;
}

interface Parameter {
  name: string;
  in: "path" | "query";
  required: boolean;
  schema: JsonSchema;
}

export interface ApiOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content>;
}

/** The shape of a JSON body; undefined for a file, or for no body. */
export function jsonSchemaOf(body: Content | undefined): JsonSchema | undefined {
  return body?.content?.["application/json"]?.schema;
}

/** The media types of a body that is not JSON. */
export function fileTypesOfContent(body: Content | undefined): string[] {
  return Object.keys(body?.content ?? {}).filter((type) => type !== "application/json");
}

/** The response of a call that succeeds. */
export function successResponseOf({ responses }: ApiOperation): Content | undefined {
  const [status] = Object.keys(responses)
    .filter((each) => each.startsWith("2"))
    .toSorted();
  return status === undefined ? undefined : responses[status];
}

export interface ApiDocument {
  info: { description: string };
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, ApiOperation>>;
  components: { schemas: Record<string, JsonSchema> };
}

export const apiDocumentQuery = {
  queryKey: ["openapi"],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<ApiDocument> => {
    const response = await fetch("/api/openapi.json", { signal });
    if (!response.ok) throw new Error("The description did not come.");
    return response.json();
  },
};
