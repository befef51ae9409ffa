import { expect, test } from "vitest";
import { fileTypesOf, jsonOf, type Operation, successOf } from "./document.ts";
import { limitsOf, printCurl, printShape } from "./print-shape.ts";

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
  expect(printShape(shape)).toBe(`{
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
  const operation: Operation = {
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
  expect(printCurl("https://d", "POST", "/api/conversations/{conversationId}/messages", operation)).toBe(
    `curl -X POST -H "Authorization: Bearer $WAYSTATION_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{ "body": "Your order is on its way." }' \\
  "https://d/api/conversations/$CONVERSATION_ID/messages"`,
  );
});

test("a call that sends or deletes a file", () => {
  const operation: Operation = {
    operationId: "mediaUpload",
    tags: [],
    summary: "",
    requestBody: { content: { "application/octet-stream": { schema: {} } } },
    responses: { "201": { content: { "application/json": { schema: { type: "object" } } } }, "400": {} },
  };
  expect(printCurl("https://d", "POST", "/api/media", operation)).toBe(
    `curl -X POST -H "Authorization: Bearer $WAYSTATION_KEY" \\
  -H "Content-Type: application/octet-stream" \\
  --data-binary @photo.jpg \\
  "https://d/api/media"`,
  );
  expect(jsonOf(successOf(operation))).toEqual({ type: "object" });
  const discard = { ...operation, requestBody: undefined, responses: { "204": {}, "404": {} } };
  expect(jsonOf(successOf(discard))).toBeUndefined();
  expect(fileTypesOf(successOf(discard))).toEqual([]);
  expect(printCurl("https://d", "DELETE", "/api/media/{id}", discard)).toContain('"https://d/api/media/$ID"');
});

test("limits are said in words", () => {
  expect(limitsOf({ minimum: 1, maximum: 100 })).toBe("1 to 100");
  expect(limitsOf({ maxLength: 200 })).toBe("at most 200 characters");
  expect(limitsOf({})).toBe("");
});
