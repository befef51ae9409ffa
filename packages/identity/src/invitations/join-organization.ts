import type { RequestContext, SignedInUser } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import { invitations, members, sessions, users } from "@waystation/db/schema/identity";
import { and, eq, gt, sql } from "drizzle-orm";
import { publishAccessChange } from "../access.ts";
import { addAccount, type NewAccount, verifyEmailOfUser } from "../accounts/add-account.ts";
import { recordAudit } from "../audit/record.ts";
import { passwordCredentialsOf, sharedPasswordSalt, tryPassword } from "../password/password-credentials.ts";
import { hashPassword, requireGoodPassword } from "../password/password-hash.ts";
import type { JoinInput } from "../team/inputs.ts";
import { getInvitation, invitationInvalidError, isOpenInvitation } from "./get-invitation.ts";
import { readInvitationToken } from "./invitation-link.ts";

/**
 * Uses up an invitation: signed in with an account that claims its address, or with a new account. Whether the address has one
 * already makes no difference: whoever invites it could have made it, so it must not keep anybody out, and the link must not
 * lead into it.
 */
export async function joinOrganization(ctx: RequestContext, input: JoinInput) {
  const offer = await getInvitation(ctx, input);
  const self = ctx.person?.email === offer.email ? ctx.person : null;
  const account = self ? null : await newAccount(ctx, input, offer.email);

  const joined = await ctx.db.transaction(async (tx) => {
    const [claimed] = await tx
      .update(invitations)
      .set({ status: "accepted" })
      .where(isOpenInvitation(ctx, input.token))
      .returning();
    if (!claimed) throw invitationInvalidError();
    const { organizationId, email, role } = claimed;
    const userId = self?.userId ?? (account && (await addAccount(tx, account)));
    if (!userId) throw new Error("Nobody joins.");
    if (readInvitationToken(ctx.linkSecret, input.token)?.delivery === "mailed")
      await verifyEmailOfUser(tx, { userId, email });
    if (self) await requireSession(tx, self);
    const added = await tx
      .insert(members)
      .values({ organizationId, userId, role })
      .onConflictDoNothing()
      .returning({ id: members.id });
    if (self)
      await tx
        .update(sessions)
        .set({ activeOrganizationId: organizationId })
        .where(eq(sessions.id, self.sessionId));
    const actor = { userId, name: account?.name ?? self?.name ?? "", email };
    if (added.length > 0)
      await recordAudit(tx, { organizationId, actor, ip: ctx.ip }, "member.joined", email, { role });
    return { organizationId, email, userId };
  });
  const { organizationId, email } = joined;
  await publishAccessChange(ctx, joined.userId);
  return { organizationId, email };
}

/**
 * A link for a new password that is used at this moment ends the session: whoever knows that password must not get in here with
 * the account. The lock lets one happen after the other.
 */
async function requireSession(tx: Database, { userId, sessionId }: SignedInUser): Promise<void> {
  await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for("no key update");
  const [open] = await tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.id, sessionId), gt(sessions.expiresAt, sql`now()`)));
  if (!open) throw new DomainError("not_signed_in", "You were signed out. Sign in again.");
}

async function newAccount(ctx: RequestContext, input: JoinInput, email: string): Promise<NewAccount> {
  const { name, password = "" } = input;
  if (!name) throw new DomainError("name_missing", "Enter your name.", { field: "name" });
  requireGoodPassword(password, email);
  const credentials = await passwordCredentialsOf(ctx.db, email);
  const attempt = { email, password, credentials, secret: ctx.linkSecret };
  // Two accounts of an address with one password could not be told apart. Within the limits of signing in, as it is a guess.
  if ((await tryPassword(ctx.db, attempt)).result === "right") throw signInFirst(email);
  const salt = sharedPasswordSalt(credentials, ctx.linkSecret, email);
  return { name, email, passwordHash: await hashPassword(password, salt) };
}

function signInFirst(email: string): DomainError {
  return new DomainError(
    "sign_in_first",
    `You have an account for ${email} with this password already. Sign in with it, then open the invitation link again.`,
    { field: "password" },
  );
}
