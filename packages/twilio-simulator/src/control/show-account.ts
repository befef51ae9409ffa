import type { SimulatorSignatureAlgorithm } from "../sign.ts";
import type { SimulatorAccount, SimulatorSender } from "../state/types.ts";

type SimulatorSenderView = {
  sid: string;
  address: string;
  displayName: string;
  status: string;
  qualityRating: string | null;
  messagingLimit: string | null;
  /** SID of the Messaging Service whose pool contains the sender. */
  serviceSid: string | null;
  webhook: SimulatorSender["webhook"];
};

export type SimulatorAccountView = {
  sid: string;
  /** The primary Auth Token. */
  token: string;
  secondaryToken: string | null;
  friendlyName: string;
  status: SimulatorAccount["status"];
  type: SimulatorAccount["type"];
  ownerSid: string;
  behaviour: SimulatorAccount["behaviour"];
  note: string;
  apiKeys: { sid: string; secret: string; kind: string }[];
  /** Keys that sign webhooks instead of the Auth Token, and whether a rule in force uses each. */
  sharedKeys: { id: string; secret: string; algorithm: SimulatorSignatureAlgorithm | null; inUse: boolean }[];
  senders: SimulatorSenderView[];
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

/** An account including its credentials. They are not secret: the simulator holds only test data. */
export function viewSimulatorAccount(account: SimulatorAccount): SimulatorAccountView {
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
    senders: account.senders.map((sender) => viewSimulatorSender(account, sender)),
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

function viewSimulatorSender(account: SimulatorAccount, sender: SimulatorSender): SimulatorSenderView {
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

function showSharedKeys({ webhookConfig }: SimulatorAccount): SimulatorAccountView["sharedKeys"] {
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
