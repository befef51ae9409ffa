import { users } from "@waystation/db/schema-people";
import { eq } from "drizzle-orm";
import { recordForPerson } from "../audit/record-for-person.ts";
import type { PersonContext } from "../context.ts";
import type { UpdateProfile } from "./inputs.ts";

export async function updateProfile(ctx: PersonContext, input: UpdateProfile) {
  const { userId, name: before, email } = ctx.person;
  const { name } = input;
  if (name === before) return { name };
  await ctx.db.transaction(async (tx) => {
    await tx.update(users).set({ name, updatedAt: new Date() }).where(eq(users.id, userId));
    const actor = { userId, name: before, email };
    await recordForPerson(tx, { userId, name, email, ip: ctx.ip, actor }, "member.renamed", {
      from: before,
      to: name,
    });
  });
  return { name };
}
