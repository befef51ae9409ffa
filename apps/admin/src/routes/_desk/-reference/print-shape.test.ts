import { expect, test } from "vitest";
import type { Operation } from "./document.ts";
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

test("limits are said in words", () => {
  expect(limitsOf({ minimum: 1, maximum: 100 })).toBe("1 to 100");
  expect(limitsOf({ maxLength: 200 })).toBe("at most 200 characters");
  expect(limitsOf({})).toBe("");
});
