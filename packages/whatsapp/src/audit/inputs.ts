import { z } from "zod";

export const listAuditInput = z.strictObject({
  search: z.string().trim().max(100).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
  limit: z.int().min(1).max(100).optional(),
});
export type ListAudit = z.infer<typeof listAuditInput>;
