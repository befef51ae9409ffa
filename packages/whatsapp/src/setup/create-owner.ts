import { createHash, timingSafeEqual } from "node:crypto";
import { instance } from "@waystation/db/schema";
import { eq } from "drizzle-orm";
import { recordAudit } from "../audit/record.ts";
import type { Visit } from "../context.ts";
import { DomainError } from "../errors.ts";
import { addOrganization } from "../organizations/add.ts";
import { addressSalt, credentialsOf } from "../password/credentials.ts";
import { addressBlock, guess } from "../rate-limit.ts";
import { addAccount } from "../team/add-account.ts";
import { readEmail } from "../team/email.ts";
import { hashPassword, requireGoodPassword } from "../team/password.ts";
import type { CreateOwner } from "./inputs.ts";
import { hasOwner, SETUP_TOKEN } from "./token.ts";

const WRONG_TOKENS = { limit: 30, seconds: 15 * 60 };

/** The first visitor, who holds the setup token, makes the first owner and organisation. Exactly once. */
export async function createOwner(ctx: Visit, input: CreateOwner) {
  /** In this order: whoever finds the token used up finds the owner too. */
  const [stored] = await ctx.db
    .select({ value: instance.value })
    .from(instance)
    .where(eq(instance.key, SETUP_TOKEN));
  if (await hasOwner(ctx.db)) throw setupDone();
  await guess(ctx.db, `setup:${addressBlock(ctx.ip)}`, WRONG_TOKENS, "setup tokens", async () =>
    requireToken(input.token, stored?.value),
  );

  const email = readEmail(input.email);
  requireGoodPassword(input.password, email);
  const salt = addressSalt(await credentialsOf(ctx.db, email), ctx.linkSecret, email);
  const passwordHash = await hashPassword(input.password, salt);

  return ctx.db.transaction(async (tx) => {
    const [held] = await tx
      .delete(instance)
      .where(eq(instance.key, SETUP_TOKEN))
      .returning({ value: instance.value });
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
