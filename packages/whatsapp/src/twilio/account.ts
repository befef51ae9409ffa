import type { TwilioClient } from "./client.ts";
import { objectField, textField } from "./fields.ts";
import { UnexpectedResponseError } from "./http.ts";
import { fetchResource } from "./resources.ts";

/** Fields are null where Twilio returned no value. */
export interface TwilioAccount {
  sid: string;
  name: string | null;
  /** `active`, `suspended`, `closed`, or a value that this version does not know. */
  status: string | null;
  /** `trial`, `full`, or a value that this version does not know. */
  type: string | null;
  ownerSid: string | null;
}

const accountResponse = objectField({
  sid: textField,
  friendly_name: textField,
  status: textField,
  type: textField,
  owner_account_sid: textField,
  auth_token: textField,
});

/**
 * The account, and whether `authToken` is its primary token: Twilio's response contains the primary token, whichever was used.
 * `null` if the response contains none. The token never leaves this function.
 */
export async function fetchAccount(
  client: TwilioClient,
  accountSid: string,
  authToken: string,
): Promise<{ account: TwilioAccount; tokenIsPrimary: boolean | null }> {
  const uri = `https://api.twilio.com/2010-04-01/Accounts/${accountSid}.json`;
  const answer = accountResponse.parse(await fetchResource(client, uri));
  if (answer.sid !== null && answer.sid.toLowerCase() !== accountSid.toLowerCase())
    throw new UnexpectedResponseError("Twilio answered with another account");
  const shown = answer.auth_token && /^[0-9a-z]{32}$/i.test(answer.auth_token) ? answer.auth_token : null;
  return {
    account: {
      sid: accountSid,
      name: answer.friendly_name,
      status: answer.status?.toLowerCase() ?? null,
      type: answer.type?.toLowerCase() ?? null,
      ownerSid: answer.owner_account_sid,
    },
    tokenIsPrimary: shown === null ? null : shown === authToken,
  };
}
