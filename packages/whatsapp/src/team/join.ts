import { invitations, members, sessions } from "@waystation/db/schema-people";
import { eq } from "drizzle-orm";
import { tellAccessChanged } from "../access.ts";
import { recordAudit } from "../audit/record.ts";
import type { Visit } from "../context.ts";
import { DomainError } from "../errors.ts";
import { addAccount, type NewAccount } from "./add-account.ts";
import type { Join } from "./inputs.ts";
import { invitation, invitationInvalid, stillOpen } from "./invitation.ts";
import { hashPassword, requireGoodPassword } from "./password.ts";

/** Uses up an invitation: with a new account for its address, or signed in as the account that has it. */
export async function join(ctx: Visit, input: Join) {
  const offer = await invitation(ctx, input);
  const self = ctx.person?.email === offer.email ? ctx.person : null;
  if (offer.hasAccount && !self) throw signInFirst(offer.email);
  const account = self ? null : await newAccount(input, offer.email);

  const joined = await ctx.db.transaction(async (tx) => {
    const [claimed] = await tx
      .update(invitations)
      .set({ status: "accepted" })
      .where(stillOpen(ctx, input.token))
      .returning();
    if (!claimed) throw invitationInvalid();
    const { organizationId, email, role } = claimed;
    const userId = account ? await addAccount(tx, account) : self?.userId;
    if (!userId) throw signInFirst(email);
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
  await tellAccessChanged(ctx, joined.userId);
  return { organizationId, email };
}

async function newAccount(input: Join, email: string): Promise<NewAccount> {
  if (!input.name) throw new DomainError("name_missing", "Enter your name.", { field: "name" });
  requireGoodPassword(input.password ?? "", email);
  return { name: input.name, email, passwordHash: await hashPassword(input.password ?? "") };
}

function signInFirst(email: string): DomainError {
  return new DomainError(
    "sign_in_first",
    `${email} has an account here already. Sign in with it, then open the invitation link again.`,
  );
}
