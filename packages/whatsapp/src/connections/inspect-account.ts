import { DomainError } from "@waystation/core/errors";
import { fetchAccount, type TwilioAccount } from "../twilio/account.ts";
import { createTwilioClient, type TwilioClient, twilioTimeoutSignal } from "../twilio/client.ts";
import { isAccountNotActive, twilioErrorOf, twilioToDomainError } from "../twilio/failure.ts";
import { fetchResource } from "../twilio/resources.ts";
import {
  fetchService,
  listSenders,
  listServices,
  type TwilioListing,
  type TwilioMessagingService,
  type TwilioSender,
} from "../twilio/senders.ts";
import type { TwilioCredentials } from "./credentials/parse-credentials.ts";
import {
  type UncheckedParts,
  uncheckedAccount,
  uncheckedList,
  uncheckedMessageList,
  uncheckedParts,
  uncheckedSenderPool,
} from "./health/unchecked-parts.ts";

export interface AccountInspection {
  account: TwilioAccount;
  tokenIsPrimary: boolean | null;
  /** False where Twilio denies these credentials access. */
  permissions: { account: boolean; messages: boolean; senders: boolean; services: boolean };
  senders: TwilioSender[];
  services: TwilioMessagingService[];
  unchecked: UncheckedParts[];
}

/**
 * Reads the account with these credentials. Throws if they cannot be used: wrong, of a suspended account, a secondary token, or
 * a key without permission to send. Other parts that cannot be read are listed in `unchecked`. `wanted` is the sender or
 * service to use; a service missing from the list is fetched by its SID.
 */
export async function inspectAccount(
  credentials: TwilioCredentials,
  simulatorUrl: string | null,
  wanted: string | null = null,
): Promise<AccountInspection> {
  const until = twilioTimeoutSignal();
  const { mode, accountSid, authToken, apiKey } = credentials;
  const byToken = createTwilioClient(
    { mode, accountSid, username: accountSid, password: authToken },
    simulatorUrl,
    until,
  );
  const byKey = apiKey
    ? createTwilioClient(
        { mode, accountSid, username: apiKey.sid, password: apiKey.secret },
        simulatorUrl,
        until,
      )
    : null;

  const { account, tokenIsPrimary } = await fetchAccount(byToken, accountSid, authToken).catch((error) => {
    throw twilioToDomainError(error);
  });
  refuseUnusable(account, tokenIsPrimary);
  const [senders, services, messages] = await Promise.all([
    readList("senders", listSenders, byKey, byToken),
    readList("services", listServices, byKey, byToken),
    byKey ? checkMessages(byKey, accountSid) : [],
  ]);
  const poolFailures = services.list?.poolFailures ?? [];
  const found = {
    account,
    tokenIsPrimary,
    permissions: { account: true, messages: true, senders: senders.allowed, services: services.allowed },
    senders: senders.list?.items ?? [],
    services: services.list?.items ?? [],
    unchecked: [
      ...uncheckedAccount(account),
      ...messages,
      ...senders.unchecked,
      ...services.unchecked,
      ...poolFailures.map(({ name, error }) => uncheckedSenderPool(name, error)),
    ],
  };
  const service =
    services.unchecked.length > 0 && wanted ? await findService(byKey ?? byToken, found, wanted) : null;
  return service ? { ...found, services: [...found.services, service] } : found;
}

function refuseUnusable(account: TwilioAccount, tokenIsPrimary: boolean | null): void {
  if (account.status === "suspended")
    throw new DomainError(
      "account_suspended",
      `Twilio has suspended the account “${account.name ?? account.sid}”. Open it in Twilio's console to see why; connect it once it is active again.`,
      { field: "accountSid", detail: { account } },
    );
  if (account.status === "closed")
    throw new DomainError(
      "account_closed",
      `The account “${account.name ?? account.sid}” is closed. Use the credentials of an open one.`,
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

interface ReadList<List> {
  list: List | null;
  allowed: boolean;
  unchecked: UncheckedParts[];
}

/**
 * A restricted key may lack permission for lists that only the connect screen needs. The token reads them then. The token is
 * verified by now, so an unreadable list does not mean wrong credentials.
 */
async function readList<List extends TwilioListing<unknown>>(
  what: "senders" | "services",
  list: (client: TwilioClient) => Promise<List>,
  byKey: TwilioClient | null,
  byToken: TwilioClient,
): Promise<ReadList<List>> {
  let allowed = true;
  let failure: unknown;
  for (const client of byKey ? [byKey, byToken] : [byToken]) {
    try {
      const found = await list(client);
      return { list: found, allowed, unchecked: uncheckedParts(what, found) };
    } catch (error) {
      if (isAccountNotActive(error)) throw twilioToDomainError(error);
      failure = error;
      if ([401, 403].includes(twilioErrorOf(error)?.status ?? 0)) allowed = false;
    }
  }
  return { list: null, allowed, unchecked: [uncheckedList(what, failure)] };
}

/** A key without permission for messages cannot be used for a connection. */
async function checkMessages(byKey: TwilioClient, accountSid: string): Promise<UncheckedParts[]> {
  try {
    await fetchResource(byKey, `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Messages.json`, {
      PageSize: 1,
    });
    return [];
  } catch (error) {
    if ([401, 403].includes(twilioErrorOf(error)?.status ?? 0)) throw twilioToDomainError(error, "apiKeySid");
    return [uncheckedMessageList(error)];
  }
}

/** The wanted service if the list lacks it; null if it is listed or cannot be read. */
async function findService(
  client: TwilioClient,
  found: Pick<AccountInspection, "services">,
  wanted: string,
): Promise<TwilioMessagingService | null> {
  const isListed = found.services.some((service) => service.sid.toLowerCase() === wanted.toLowerCase());
  if (!/^MG[0-9a-f]{32}$/i.test(wanted) || isListed) return null;
  return fetchService(client, wanted).catch(() => null);
}
