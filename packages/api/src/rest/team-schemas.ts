import { z } from "zod";
import { moment, named, nextCursor, roleSchema, text } from "./common-schemas.ts";

export const teamSchema = z.object({
  requiresSecondFactor: z.boolean().describe("Whether everybody has to sign in in two steps."),
  members: z.array(
    z.object({
      id: z.uuid(),
      userId: z.uuid(),
      name: text,
      email: text,
      role: roleSchema,
      joinedAt: moment,
      hasSecondFactor: z
        .boolean()
        .nullable()
        .describe("Whether they sign in in two steps; null for members, who are not told."),
      isYou: z.boolean(),
    }),
  ),
  invitations: z
    .array(
      z.object({
        id: z.uuid(),
        email: text,
        role: roleSchema,
        expiresAt: moment,
        invitedBy: text,
        link: text.nullable(),
      }),
    )
    .describe("For owners and admins; API keys see none."),
});

export const auditEntriesSchema = z.object({
  items: z.array(
    named(
      "AuditEntry",
      z.object({
        id: z.uuid(),
        at: moment,
        actor: z.object({ name: text, email: text }).nullable(),
        action: text,
        subject: text,
        detail: z.record(text, z.unknown()),
        ip: text.nullable(),
      }),
    ),
  ),
  nextCursor,
});
