import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { countAttempt } from "@waystation/identity/rate-limit";

const CALLS = { limit: 10, seconds: 60 };

/** Rate limits the organisation's Twilio calls across all servers. Throws `too_many_requests` on the eleventh in a minute. */
export async function limitTwilioCalls(ctx: Pick<Context, "installation" | "organizationId">): Promise<void> {
  const { allowed, retryAfter } = await countAttempt(
    ctx.installation.db,
    `twilio:${ctx.organizationId}`,
    CALLS,
  );
  if (!allowed)
    throw new DomainError(
      "too_many_requests",
      `Your organisation has asked Twilio ${CALLS.limit} times in the last minute. Wait ${retryAfter} seconds and try again.`,
      { detail: { retryAfter } },
    );
}
