import {
  fileIdInput,
  fileNameInput,
  MAX_FILE_BYTES,
  SENDABLE_TYPES,
} from "@waystation/whatsapp/media/inputs";
import { z } from "zod";

const PATH = "/api/media";
const MB = 1024 * 1024;

/** Files are bytes and no JSON: `media-route.ts` of the server has them, and no procedure. */
export function mediaOpenApiPaths(errors: [status: string, ref: string][]): Record<string, object> {
  const failures = Object.fromEntries(errors.map(([status, ref]) => [status, { $ref: ref }]));
  const schemaOf = (schema: z.ZodType) => {
    const { $schema: _, pattern: __, ...rest } = z.toJSONSchema(schema) as Record<string, unknown>;
    return rest;
  };
  const id = {
    name: "id",
    in: "path",
    required: true,
    schema: schemaOf(fileIdInput),
    description: "The id of a file.",
  };
  const bytes = { schema: { type: "string", format: "binary" } };
  const file = z.object({
    id: z.uuid(),
    url: z.string(),
    type: z.string(),
    name: z.string().nullable(),
    size: z.int().nonnegative().max(MAX_FILE_BYTES),
  });
  return {
    [PATH]: {
      post: {
        operationId: "mediaUpload",
        tags: ["Inbox"],
        summary: "Upload a file to send",
        description: `At most ${MAX_FILE_BYTES / MB} MB. Its type is detected from its content: ${Object.keys(SENDABLE_TYPES).join(", ")}. Give its id as \`attachmentId\` when you send a message; a file that is not sent is deleted after a day.`,
        parameters: [
          {
            name: "name",
            in: "query",
            required: false,
            schema: schemaOf(fileNameInput),
            description: "The file's name, as the customer sees it.",
          },
        ],
        requestBody: { required: true, content: { "application/octet-stream": bytes } },
        responses: {
          "201": {
            description: "The stored file.",
            content: { "application/json": { schema: schemaOf(file) } },
          },
          ...failures,
        },
      },
    },
    [`${PATH}/{id}`]: {
      get: {
        operationId: "mediaDownload",
        tags: ["Inbox"],
        parameters: [id],
        summary: "Download a file of a message",
        description:
          "Files that customers sent are fetched from Twilio when somebody first asks for them. `Range` is supported.",
        responses: {
          "200": { description: "The whole file.", content: { "*/*": bytes } },
          "206": { description: "The part that `Range` asked for.", content: { "*/*": bytes } },
          "410": {
            description: "Twilio no longer has the file.",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Problem" } } },
          },
          "416": { description: "There is no such part of the file." },
          ...failures,
        },
      },
      delete: {
        operationId: "mediaDiscard",
        tags: ["Inbox"],
        parameters: [id],
        summary: "Delete a file that was not sent",
        description: "Only whoever uploaded it can delete it.",
        responses: { "204": { description: "Deleted." }, ...failures },
      },
    },
  };
}
