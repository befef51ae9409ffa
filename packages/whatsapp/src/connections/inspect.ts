import { DomainError } from "../errors.ts";
import { type Account, fetchAccount } from "../twilio/account.ts";
import { deadline, type TwilioClient, twilioClient } from "../twilio/client.ts";
import { explainTwilio, refusalOf } from "../twilio/failure.ts";
import { listSenders, listServices, type MessagingService, type Sender } from "../twilio/senders.ts";
import type { Credentials } from "./read-credentials.ts";

export interface Inspection {
  account: Account;
  tokenIsPrimary: boolean | null;
  permissions: { account: boolean; messages: boolean; senders: boolean; services: boolean };
  senders: Sender[];
  services: MessagingService[];
}

/**
 * Asks Twilio what these credentials open. Throws the refusal when they cannot carry a connection: wrong, of a suspended
 * account, a secondary token, or a key that may not send.
 */
export async function inspect(credentials: Credentials, simulatorUrl: string | null): Promise<Inspection> {
  const until = deadline();
  const { mode, accountSid, authToken, apiKey } = credentials;
  const byToken = twilioClient(
    { mode, accountSid, username: accountSid, password: authToken },
    simulatorUrl,
    until,
  );
  const byKey = apiKey
    ? twilioClient({ mode, accountSid, username: apiKey.sid, password: apiKey.secret }, simulatorUrl, until)
    : null;

  const { account, tokenIsPrimary } = await fetchAccount(byToken, accountSid, authToken).catch((error) => {
    throw explainTwilio(error);
  });
  refuseUnusable(account, tokenIsPrimary);
  const [senders, services] = await Promise.all([
    withKeyOrToken(listSenders, byKey, byToken),
    withKeyOrToken(listServices, byKey, byToken),
    byKey?.messages.list({ limit: 1, pageSize: 1 }).catch((error) => {
      throw explainTwilio(error, "apiKeySid");
    }),
  ]);
  return {
    account,
    tokenIsPrimary,
    permissions: { account: true, messages: true, senders: senders.allowed, services: services.allowed },
    senders: senders.items,
    services: services.items,
  };
}

function refuseUnusable(account: Account, tokenIsPrimary: boolean | null): void {
  if (account.status === "suspended")
    throw new DomainError(
      "account_suspended",
      `Twilio has suspended the account “${account.name}”. Open it in Twilio's console to see why; connect it once it is active again.`,
      { field: "accountSid", detail: { account } },
    );
  if (account.status === "closed")
    throw new DomainError(
      "account_closed",
      `The account “${account.name}” is closed. Use the credentials of an open one.`,
      {
        field: "accountSid",
        detail: { account },
      },
    );
  if (tokenIsPrimary === false)
    throw new DomainError(
      "secondary_token",
      "This is the account's secondary Auth Token. Twilio signs webhooks with the primary one only, so every message would be refused: paste the primary token, or promote this one in Twilio's console first.",
      { field: "authToken", detail: { account } },
    );
}

/** A restricted key may lack the permission for lists that only the connect screen needs: the token reads them then. */
async function withKeyOrToken<Item>(
  list: (client: TwilioClient) => Promise<Item[]>,
  byKey: TwilioClient | null,
  byToken: TwilioClient,
): Promise<{ items: Item[]; allowed: boolean }> {
  try {
    if (byKey) return { items: await list(byKey), allowed: true };
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal || (refusal.status !== 401 && refusal.status !== 403))
      throw explainTwilio(error, "apiKeySid");
  }
  try {
    return { items: await list(byToken), allowed: byKey === null };
  } catch (error) {
    // The token has proven itself by now: a list that Twilio does not show for it is no wrong credential.
    const refusal = refusalOf(error);
    if (refusal && [401, 403, 404].includes(refusal.status)) return { items: [], allowed: false };
    throw explainTwilio(error);
  }
}
