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
  content: { "application/json": { schema: Shape } };
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
  /** What is no JSON is a file. */
  responses: { "200": { content: Record<string, { schema: Shape }> } };
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
