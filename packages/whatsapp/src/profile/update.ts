import { users } from "@waystation/db/schema-people";
import { eq } from "drizzle-orm";
import type { PersonContext } from "../context.ts";
import type { UpdateProfile } from "./inputs.ts";

export async function updateProfile(ctx: PersonContext, input: UpdateProfile) {
  await ctx.db
    .update(users)
    .set({ name: input.name, updatedAt: new Date() })
    .where(eq(users.id, ctx.person.userId));
  return { name: input.name };
}
