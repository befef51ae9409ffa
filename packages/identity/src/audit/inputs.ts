import { cursorInput } from "@waystation/core/paging/inputs";
import { z } from "zod";

const filters = {
  search: z.string().trim().max(100).optional(),
  actorId: z.uuid("This is not the id of a person or a key.").optional(),
  /** A deed such as `member.invited`, or all of one kind: `member`. */
  action: z
    .string()
    .regex(/^[a-z_]+(\.[a-z_]+)?$/, "This is not the name of a deed.")
    .max(60)
    .optional(),
  from: z.iso.datetime({ offset: true, error: "Write the time as in 2026-11-23T12:00:00Z." }).optional(),
  /** Up to this moment, without it. */
  to: z.iso.datetime({ offset: true, error: "Write the time as in 2026-11-23T12:00:00Z." }).optional(),
};

export const listAuditInput = z.strictObject({
  ...filters,
  cursor: cursorInput.optional(),
  limit: z.int().min(1).max(100).optional(),
});
export type ListAuditInput = z.infer<typeof listAuditInput>;

export const exportAuditInput = z.strictObject({
  ...filters,
  format: z.enum(["csv", "jsonl"], { error: "Choose one of the formats csv and jsonl." }),
});
export type ExportAuditInput = z.infer<typeof exportAuditInput>;
