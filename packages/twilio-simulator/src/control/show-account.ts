import type { SignatureAlgorithm } from "../sign.ts";
import type { Account, Sender } from "../state/types.ts";

export type SenderView = {
  sid: string;
  address: string;
  displayName: string;
  status: string;
  qualityRating: string | null;
  messagingLimit: string | null;
  /** Of the Messaging Service whose pool it is in. */
  serviceSid: string | null;
  webhook: Sender["webhook"];
};

export type AccountView = {
  sid: string;
  /** The primary Auth Token. */
  token: string;
  secondaryToken: string | null;
  friendlyName: string;
  status: Account["status"];
  type: Account["type"];
  ownerSid: string;
  behaviour: Account["behaviour"];
  note: string;
  apiKeys: { sid: string; secret: string; kind: string }[];
  /** What signs webhooks instead of the token, and whether a rule in force uses it. */
  sharedKeys: { id: string; secret: string; algorithm: SignatureAlgorithm | null; inUse: boolean }[];
  senders: SenderView[];
  services: {
    sid: string;
    friendlyName: string;
    inboundRequestUrl: string | null;
    statusCallback: string | null;
    useInboundWebhookOnNumber: boolean;
    senders: string[];
  }[];
  templates: { sid: string; friendlyName: string; status: string }[];
};

/** An account with its test credentials: this is no secret, the simulator holds nothing but test data. */
export function showAccount(account: Account): AccountView {
  return {
    sid: account.sid,
    token: account.authToken,
    secondaryToken: account.secondaryToken,
    friendlyName: account.friendlyName,
    status: account.status,
    type: account.type,
    ownerSid: account.ownerSid,
    behaviour: account.behaviour,
    note: account.note,
    apiKeys: account.keys.map(({ sid, secret, kind }) => ({ sid, secret, kind })),
    sharedKeys: showSharedKeys(account),
    senders: account.senders.map((sender) => showSender(account, sender)),
    services: account.services.map((service) => ({
      sid: service.sid,
      friendlyName: service.friendlyName,
      inboundRequestUrl: service.inboundRequestUrl,
      statusCallback: service.statusCallback,
      useInboundWebhookOnNumber: service.useInboundWebhookOnNumber,
      senders: account.senders
        .filter(({ sid }) => service.senderSids.includes(sid))
        .map(({ address }) => address),
    })),
    templates: account.contents.map(({ sid, friendlyName, approval }) => ({
      sid,
      friendlyName,
      status: approval?.status ?? "unsubmitted",
    })),
  };
}

export function showSender(account: Account, sender: Sender): SenderView {
  return {
    sid: sender.sid,
    address: sender.address,
    displayName: sender.displayName,
    status: sender.status,
    qualityRating: sender.qualityRating,
    messagingLimit: sender.messagingLimit,
    serviceSid: account.services.find((service) => service.senderSids.includes(sender.sid))?.sid ?? null,
    webhook: { ...sender.webhook },
  };
}

function showSharedKeys({ webhookConfig }: Account): AccountView["sharedKeys"] {
  const { sharedKeys, settings, rulesInForce } = webhookConfig;
  return sharedKeys.map(({ id, secret }) => {
    const setting = settings.find(
      ({ signature }) => signature?.type === "SHARED_KEY" && signature.sharedKeyId === id,
    );
    const inUse = rulesInForce.some((rule) =>
      rule.settings.some(({ settingId, percentage }) => settingId === setting?.id && percentage > 0),
    );
    const signature = setting?.signature;
    return { id, secret, algorithm: signature?.type === "SHARED_KEY" ? signature.algorithm : null, inUse };
  });
}
