import type { RequestContext } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { passwordResetMail } from "../mail.ts";
import { addressBlock, addressBucket, enforceLimit } from "../rate-limit.ts";
import { parseEmail } from "../team/parse-email.ts";
import type { RequestResetInput } from "./inputs.ts";
import { passwordCredentialsOf } from "./password-credentials.ts";
import { createResetLink } from "./reset-link.ts";

const FOR_ADDRESS = { limit: 5, seconds: 60 * 60 };
const FROM_BLOCK = { limit: 30, seconds: 60 * 60 };

/**
 * Mails a link to whoever has an account with this address. Nobody learns whether there is one: a link is made and stored
 * either way, and nothing waits for the mail. Links of made-up addresses are bounded by their limit, and end after an hour.
 */
export async function requestPasswordReset(ctx: RequestContext, input: RequestResetInput) {
  if (!ctx.sendMail)
    throw new DomainError(
      "mail_off",
      "This installation sends no mail. Ask an owner of your team for a link.",
    );
  const email = parseEmail(input.email);
  await enforceLimit(ctx.db, `reset:block:${addressBlock(ctx.ip)}`, FROM_BLOCK, "requests");
  await enforceLimit(ctx.db, `reset:${addressBucket(ctx.linkSecret, email)}`, FOR_ADDRESS, "requests");
  const credentials = await passwordCredentialsOf(ctx.db, email);
  const { link, expiresAt } = await createResetLink(ctx.db, ctx.publicUrl, {
    userId: null,
    madeBy: null,
    email,
  });
  const mail = passwordResetMail({ to: email, link, expiresAt });
  if (credentials.length > 0) void ctx.sendMail(mail).catch(() => {});
  return {};
}
