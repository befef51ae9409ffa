/** As much of an OpenAPI document as the reference shows. */
export interface Shape {
  $ref?: string;
  type?: string;
  format?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Shape[];
  items?: Shape;
  properties?: Record<string, Shape>;
  required?: string[];
  additionalProperties?: Shape | boolean;
  description?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

interface Content {
  content?: Record<string, { schema: Shape }>;
}

interface Parameter {
  name: string;
  in: "path" | "query";
  required: boolean;
  schema: Shape;
}

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content>;
}

/** The shape of a JSON body; undefined for a file, or for no body. */
export function jsonOf(body: Content | undefined): Shape | undefined {
  return body?.content?.["application/json"]?.schema;
}

/** The media types of a body that is not JSON. */
export function fileTypesOf(body: Content | undefined): string[] {
  return Object.keys(body?.content ?? {}).filter((type) => type !== "application/json");
}

/** The response of a call that succeeds. */
export function successOf({ responses }: Operation): Content | undefined {
  const [status] = Object.keys(responses)
    .filter((each) => each.startsWith("2"))
    .toSorted();
  return status === undefined ? undefined : responses[status];
}

export interface ApiDocument {
  info: { description: string };
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Shape> };
}

export const documentQuery = {
  queryKey: ["openapi"],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<ApiDocument> => {
    const response = await fetch("/api/openapi.json", { signal });
    if (!response.ok) throw new Error("The description did not come.");
    return response.json();
  },
};
