import { expect, test } from "vitest";
import { type ApiOperation, fileTypesOfContent, jsonSchemaOf, successResponseOf } from "./api-document.ts";
import { formatCurlCommand, formatJsonSchema, formatSchemaLimits } from "./format-schema.ts";

test("a shape is written as TypeScript would write it", () => {
  const shape = {
    type: "object",
    required: ["id", "at", "kinds", "problem"],
    properties: {
      id: { type: "string", format: "uuid" },
      at: { anyOf: [{ type: "string", format: "date-time" }, { type: "null" }] },
      kinds: { type: "array", items: { type: "string", enum: ["in", "out"] } },
      problem: { type: "object", required: ["words"], properties: { words: { type: "string" } } },
      more: { type: "array", items: { $ref: "#/components/schemas/Message" }, description: "With `them`." },
    },
  };
  expect(formatJsonSchema(shape)).toBe(`{
  id: Uuid
  at: Time | null
  kinds: ("in" | "out")[]
  problem: {
    words: string
  }
  // With them.
  more?: Message[]
}`);
});

test("an example has what has to be given", () => {
  const answer = { content: { "application/json": { schema: {} } } };
  const operation: ApiOperation = {
    operationId: "messagesSend",
    tags: [],
    summary: "",
    parameters: [{ name: "conversationId", in: "path", required: true, schema: {} }],
    requestBody: {
      content: {
        "application/json": {
          schema: { required: ["body"], properties: { body: { type: "string" }, attachmentId: {} } },
        },
      },
    },
    responses: { "200": answer },
  };
  expect(
    formatCurlCommand("https://d", "POST", "/api/conversations/{conversationId}/messages", operation),
  ).toBe(
    `curl -X POST -H "Authorization: Bearer $WAYSTATION_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{ "body": "Your order is on its way." }' \\
  "https://d/api/conversations/$CONVERSATION_ID/messages"`,
  );
});

test("a call that sends or deletes a file", () => {
  const operation: ApiOperation = {
    operationId: "mediaUpload",
    tags: [],
    summary: "",
    requestBody: { content: { "application/octet-stream": { schema: {} } } },
    responses: { "201": { content: { "application/json": { schema: { type: "object" } } } }, "400": {} },
  };
  expect(formatCurlCommand("https://d", "POST", "/api/media", operation)).toBe(
    `curl -X POST -H "Authorization: Bearer $WAYSTATION_KEY" \\
  -H "Content-Type: application/octet-stream" \\
  --data-binary @photo.jpg \\
  "https://d/api/media"`,
  );
  expect(jsonSchemaOf(successResponseOf(operation))).toEqual({ type: "object" });
  const discard = { ...operation, requestBody: undefined, responses: { "204": {}, "404": {} } };
  expect(jsonSchemaOf(successResponseOf(discard))).toBeUndefined();
  expect(fileTypesOfContent(successResponseOf(discard))).toEqual([]);
  expect(formatCurlCommand("https://d", "DELETE", "/api/media/{id}", discard)).toContain(
    '"https://d/api/media/$ID"',
  );
});

test("limits are said in words", () => {
  expect(formatSchemaLimits({ minimum: 1, maximum: 100 })).toBe("1 to 100");
  expect(formatSchemaLimits({ maxLength: 200 })).toBe("at most 200 characters");
  expect(formatSchemaLimits({})).toBe("");
});
