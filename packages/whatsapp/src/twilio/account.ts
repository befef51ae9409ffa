import { z } from "zod";
import type { TwilioClient } from "./client.ts";
import { UnexpectedAnswerError } from "./http.ts";

export interface Account {
  sid: string;
  name: string;
  status: "active" | "suspended" | "closed";
  type: "trial" | "full";
  relation: "parent" | "subaccount";
  ownerSid: string;
}

const accountAnswer = z.object({
  sid: z.string(),
  friendlyName: z.string(),
  status: z.enum(["active", "suspended", "closed"]),
  type: z.string(),
  ownerAccountSid: z.string(),
  authToken: z.string().nullish(),
});

/**
 * The account, and whether `authToken` is its primary one: Twilio's answer holds the primary token, whichever was used to
 * ask. `null` when Twilio did not show it. The token itself goes no further than this function.
 */
export async function fetchAccount(
  client: TwilioClient,
  accountSid: string,
  authToken: string,
): Promise<{ account: Account; tokenIsPrimary: boolean | null }> {
  const result = accountAnswer.safeParse(await client.api.v2010.accounts(accountSid).fetch());
  if (!result.success || result.data.sid !== accountSid)
    throw new UnexpectedAnswerError("Twilio's answer has another shape than documented");
  const answer = result.data;
  const shown = answer.authToken && /^[0-9a-z]{32}$/i.test(answer.authToken) ? answer.authToken : null;
  return {
    account: {
      sid: answer.sid,
      name: answer.friendlyName,
      status: answer.status,
      type: answer.type.toLowerCase() === "trial" ? "trial" : "full",
      relation: answer.ownerAccountSid === answer.sid ? "parent" : "subaccount",
      ownerSid: answer.ownerAccountSid,
    },
    tokenIsPrimary: shown === null ? null : shown === authToken,
  };
}
