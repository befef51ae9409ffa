import { z } from "zod";

/** Response schemas of REST, as the OpenAPI document describes them. `rest.test.ts` compares each with real responses. */

export const moment = z.iso.datetime();
export const text = z.string();
export const count = z.int();

/** Schemas that have a name of their own in the document. */
export const namedSchema = z.registry<{ id: string }>();

export function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  namedSchema.add(schema, { id });
  return schema;
}

export const roleSchema = z.enum(["owner", "admin", "member"]);

export const nextCursor = text
  .nullable()
  .describe("Give it as `cursor` to get the next page; null on the last one.");

export const problemSchema = named(
  "Problem",
  z.object({
    code: text.describe("The kind of refusal, such as `NOT_FOUND`."),
    message: text.describe("A sentence for people, which says what to do."),
    reason: text
      .nullable()
      .describe(
        "The closed word for it, such as `window_closed`; null where the request itself is not valid.",
      ),
    field: text.nullable().describe("The input that it is about."),
    detail: z.record(text, z.unknown()),
    requestId: text.describe("By which your operator finds it in the log."),
  }),
);
