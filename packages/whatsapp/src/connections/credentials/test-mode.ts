import type { Installation } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { z } from "zod";

/** Test mode requires a configured simulator, which production rejects at startup. */
export function requireTestMode(platform: Pick<Installation, "simulatorUrl">, mode: "live" | "test"): void {
  if (mode === "test" && platform.simulatorUrl === null)
    throw new DomainError(
      "test_mode_off",
      "Test mode is off on this server: it has no TWILIO_SIMULATOR_URL. Connect a live account instead.",
      { field: "mode" },
    );
}

const accountsAnswer = z.object({
  accounts: z.array(
    z.object({
      friendlyName: z.string(),
      sid: z.string(),
      token: z.string(),
      note: z.string().nullish(),
    }),
  ),
});

/** The simulator's accounts with their credentials, for the connect wizard. They give access to no real account. */
export async function testCredentials(platform: Pick<Installation, "simulatorUrl">) {
  requireTestMode(platform, "test");
  const failed = new DomainError(
    "twilio_unreachable",
    "The simulator does not answer. Start it with: pnpm simulator",
  );
  const answer = await fetch(new URL("/simulator/accounts", platform.simulatorUrl ?? ""), {
    signal: AbortSignal.timeout(3_000),
  }).catch(() => {
    throw failed;
  });
  const parsed = accountsAnswer.safeParse(await answer.json().catch(() => null));
  if (!parsed.success) throw failed;
  return {
    accounts: parsed.data.accounts.map((account) => ({
      name: account.friendlyName,
      accountSid: account.sid,
      authToken: account.token,
      note: account.note || null,
    })),
  };
}
