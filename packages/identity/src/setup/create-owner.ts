import { createHash, timingSafeEqual } from "node:crypto";
import type { RequestContext } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { installationSettings } from "@waystation/db/schema/schema";
import { eq } from "drizzle-orm";
import { addAccount } from "../accounts/add-account.ts";
import { recordAudit } from "../audit/record.ts";
import { addOrganization } from "../organizations/add.ts";
import { passwordCredentialsOf, sharedPasswordSalt } from "../password/password-credentials.ts";
import { hashPassword, requireGoodPassword } from "../password/password-hash.ts";
import { addressBlock, withAttemptLimit } from "../rate-limit.ts";
import { parseEmail } from "../team/parse-email.ts";
import type { CreateOwnerInput } from "./inputs.ts";
import { hasOwner, SETUP_TOKEN_KEY } from "./token.ts";

const WRONG_TOKENS = { limit: 30, seconds: 15 * 60 };

/** The first visitor, who holds the setup token, makes the first owner and organisation. Exactly once. */
export async function createOwner(ctx: RequestContext, input: CreateOwnerInput) {
  /** In this order: whoever finds the token used up finds the owner too. */
  const [stored] = await ctx.db
    .select({ value: installationSettings.value })
    .from(installationSettings)
    .where(eq(installationSettings.key, SETUP_TOKEN_KEY));
  if (await hasOwner(ctx.db)) throw setupDone();
  await withAttemptLimit(ctx.db, `setup:${addressBlock(ctx.ip)}`, WRONG_TOKENS, "setup tokens", async () =>
    requireToken(input.token, stored?.value),
  );

  const email = parseEmail(input.email);
  requireGoodPassword(input.password, email);
  const salt = sharedPasswordSalt(await passwordCredentialsOf(ctx.db, email), ctx.linkSecret, email);
  const passwordHash = await hashPassword(input.password, salt);

  return ctx.db.transaction(async (tx) => {
    const [held] = await tx
      .delete(installationSettings)
      .where(eq(installationSettings.key, SETUP_TOKEN_KEY))
      .returning({ value: installationSettings.value });
    if (!held || (await hasOwner(tx))) throw setupDone();
    requireToken(input.token, held.value);
    const userId = await addAccount(tx, { name: input.name, email, passwordHash });
    const organizationId = await addOrganization(tx, { name: input.organization, ownerId: userId });
    const actor = { userId, name: input.name, email };
    await recordAudit(tx, { organizationId, actor, ip: ctx.ip }, "setup.completed", input.organization);
    return { organizationId, userId };
  });
}

function requireToken(given: string, stored: string | undefined): void {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  if (!stored || !timingSafeEqual(digest(given), digest(stored)))
    throw new DomainError(
      "setup_token_wrong",
      "This is not the setup token. The server prints the setup link with its token when it starts.",
      { field: "token" },
    );
}

function setupDone(): DomainError {
  return new DomainError(
    "setup_done",
    "This installation is set up already. Sign in, or ask for an invitation.",
  );
}
