import { createOpenApiDocument, restEndpoints } from "@waystation/api/rest/openapi";
import { expect, test } from "vitest";
import { z } from "zod";
import { plausibleProcedureCalls } from "../testing/plausible-inputs.ts";

interface Schema {
  type?: string;
  format?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  additionalProperties?: Schema | boolean;
}

const isId = (name: string) => /^id$|Ids?$/.test(name);
/** Twilio's name for a shared key. */
const isTwilios = (where: string) => /(sharedKeys?\.|action\.|shared-keys )keyId$/i.test(where);

/** Every property that is an id, and is not described as a UUID. */
function loose(where: string, schema: Schema, name = ""): string[] {
  const parts = [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])];
  const inside = parts.flatMap((part) => loose(where, part, name));
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, value]) =>
    loose(`${where}.${key}`, value, key),
  );
  const isLeaf = schema.type === "string" || schema.type === "integer" || schema.type === "number";
  const isLoose = isLeaf && isId(name) && !isTwilios(where) && schema.format !== "uuid";
  return [...(isLoose ? [where] : []), ...inside, ...below];
}

test("every id that REST describes is a UUID, and every cursor opaque text", () => {
  const document = createOpenApiDocument("https://desk.example.org") as {
    components: { schemas: Record<string, Schema> };
    paths: Record<string, Record<string, { parameters?: { name: string; schema: Schema }[] }>>;
  };
  const { requestId: _, ...problem } = document.components.schemas.Problem?.properties ?? {};
  const schemas = { ...document.components.schemas, Problem: { properties: problem } };
  expect(Object.entries(schemas).flatMap(([id, schema]) => loose(id, schema))).toEqual([]);
  const parameters = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).flatMap((operation) =>
      (operation.parameters ?? []).map(({ name, schema }) => ({ where: `${path} ${name}`, name, schema })),
    ),
  );
  expect(parameters.length).toBeGreaterThan(restEndpoints.length);
  expect(parameters.flatMap(({ where, name, schema }) => loose(where, schema, name))).toEqual([]);
  for (const { where, name, schema } of parameters)
    if (name === "cursor") expect.soft(schema, where).toMatchObject({ type: "string" });
});

test("every id that a procedure takes is a UUID", () => {
  const found = plausibleProcedureCalls.flatMap(({ path, input }) => {
    const schema = input && (z.toJSONSchema(input, { io: "input", unrepresentable: "any" }) as Schema);
    return schema ? loose(path, schema) : [];
  });
  expect(plausibleProcedureCalls.length).toBeGreaterThan(50);
  expect(found).toEqual([]);
});
