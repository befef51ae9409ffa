import type { RequestContext } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { accounts, sessions, users, verifications } from "@waystation/db/schema/identity";
import { and, eq } from "drizzle-orm";
import { publishAccessChange } from "../access.ts";
import { verifyEmailOfUser } from "../accounts/add-account.ts";
import { recordAuditForUser } from "../audit/record-for-user.ts";
import { passwordChangedMail } from "../mail.ts";
import { forgetAttempts, signInAttemptsKey } from "../rate-limit.ts";
import { requireNotOwner, requireSoleOwner } from "../team/require-sole-owner.ts";
import { requireReset } from "./describe-reset-link.ts";
import type { ResetPasswordInput } from "./inputs.ts";
import { passwordCredentialsOf, sharedPasswordSalt } from "./password-credentials.ts";
import { hashPassword, requireGoodPassword } from "./password-hash.ts";
import { deleteResetLinks, isOpenResetToken, resetInvalidError } from "./reset-link.ts";

/** Uses up a link: the password is the new one, and whoever was signed in with the old one is not any longer. */
export async function resetPassword(ctx: RequestContext, input: ResetPasswordInput) {
  const { accounts: choice, email, madeBy, isMailed } = await requireReset(ctx, input.token);
  const { userId, name } = chosen(choice, input.accountId);
  requireGoodPassword(input.password, email);
  const salt = sharedPasswordSalt(await passwordCredentialsOf(ctx.db, email), ctx.linkSecret, email);
  const password = await hashPassword(input.password, salt);

  await ctx.db.transaction(async (tx) => {
    const [claimed] = await tx.delete(verifications).where(isOpenResetToken(input.token)).returning();
    if (!claimed) throw resetInvalidError();
    // Before the row, as when somebody joins: two that take them in another order could wait for each other.
    if (isMailed) await verifyEmailOfUser(tx, { userId, email });
    // Whoever joins an organisation meanwhile waits for this, or this sees that they have joined.
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for("update");
    // Since the link was made, its owner or this person may have got another place.
    if (madeBy) {
      await requireSoleOwner(tx, madeBy, userId);
      await requireNotOwner(tx, userId);
    }
    await tx
      .update(accounts)
      .set({ password, updatedAt: new Date() })
      .where(and(eq(accounts.userId, userId), eq(accounts.providerId, "credential")));
    await deleteResetLinks(tx, userId, isMailed ? email : null);
    await tx.delete(sessions).where(eq(sessions.userId, userId));
    const detail = { by: madeBy ? "an owner's link" : "a link by mail" };
    await recordAuditForUser(tx, { userId, name, email, ip: ctx.ip }, "member.password_reset", detail);
  });
  await forgetAttempts(ctx.db, signInAttemptsKey(userId));
  await publishAccessChange(ctx, userId);
  void ctx.sendMail?.(passwordChangedMail({ to: email, publicUrl: ctx.publicUrl })).catch(() => {});
  return { email };
}

function chosen<Account extends { userId: string; isVerified: boolean }>(
  accounts: Account[],
  accountId: string | undefined,
): Account {
  const account = accounts.find(({ userId }) => userId === accountId);
  if (account) return account;
  const [first, second] = accounts;
  if (first && accountId === undefined && (!second || first.isVerified)) return first;
  throw new DomainError("account_ambiguous", "This address has several accounts. Choose the one to change.", {
    field: "accountId",
  });
}
