import type { UserContext } from "@waystation/core/context";
import { users } from "@waystation/db/schema/identity";
import { eq } from "drizzle-orm";
import { recordAuditForUser } from "../audit/record-for-user.ts";
import type { UpdateProfileInput } from "./inputs.ts";

export async function updateProfile(ctx: UserContext, input: UpdateProfileInput) {
  const { userId, name: before, email } = ctx.person;
  const { name } = input;
  if (name === before) return { name };
  await ctx.db.transaction(async (tx) => {
    await tx.update(users).set({ name, updatedAt: new Date() }).where(eq(users.id, userId));
    const actor = { userId, name: before, email };
    await recordAuditForUser(tx, { userId, name, email, ip: ctx.ip, actor }, "member.renamed", {
      from: before,
      to: name,
    });
  });
  return { name };
}
