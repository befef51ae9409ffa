import { accounts, sessions, verifications } from "@waystation/db/schema-people";
import { and, eq } from "drizzle-orm";
import { tellAccessChanged } from "../access.ts";
import { forgetAttempts, signInAttempts } from "../attempts.ts";
import { recordForPerson } from "../audit/record-for-person.ts";
import type { Visit } from "../context.ts";
import { passwordChangedMail } from "../mail.ts";
import { hashPassword, requireGoodPassword } from "../team/password.ts";
import { requireNoOwner, requireOwnPerson } from "../team/ward.ts";
import type { ResetPassword } from "./inputs.ts";
import { forgetResets, isOpenReset, resetInvalid } from "./reset-link.ts";
import { findReset } from "./reset-offer.ts";

/** Uses up a link: the password is the new one, and whoever was signed in with the old one is not any longer. */
export async function resetPassword(ctx: Visit, input: ResetPassword) {
  const { userId, name, email, madeBy } = await findReset(ctx, input.token);
  requireGoodPassword(input.password, email);
  const password = await hashPassword(input.password);

  await ctx.db.transaction(async (tx) => {
    const [claimed] = await tx.delete(verifications).where(isOpenReset(input.token)).returning();
    if (!claimed) throw resetInvalid();
    // Since the link was made, its owner or this person may have got another place.
    if (madeBy) {
      await requireOwnPerson(tx, madeBy, userId);
      await requireNoOwner(tx, userId);
    }
    await tx
      .update(accounts)
      .set({ password, updatedAt: new Date() })
      .where(and(eq(accounts.userId, userId), eq(accounts.providerId, "credential")));
    await forgetResets(tx, userId);
    await tx.delete(sessions).where(eq(sessions.userId, userId));
    const detail = { by: madeBy ? "an owner's link" : "a link by mail" };
    await recordForPerson(tx, { userId, name, email, ip: ctx.ip }, "member.password_reset", detail);
  });
  await forgetAttempts(ctx.db, signInAttempts(email));
  await tellAccessChanged(ctx, userId);
  void ctx.sendMail?.(passwordChangedMail({ to: email, name, publicUrl: ctx.publicUrl })).catch(() => {});
  return { email };
}
