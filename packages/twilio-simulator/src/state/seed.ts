import {
  SENTINEL_ACCOUNTS,
  SENTINEL_API_KEYS,
  SENTINEL_SENDERS,
  SENTINEL_SERVICE,
  SENTINEL_TEMPLATES,
  SENTINEL_TOKENS,
  sentinelTokenOf,
} from "../sentinels.ts";
import { seedContents } from "./seed-contents.ts";
import type {
  SenderStatus,
  SimulatorAccount,
  SimulatorApiKey,
  SimulatorSender,
  SimulatorService,
} from "./types.ts";
import { makeWebhookConfig } from "./webhook-config.ts";

const started = Date.UTC(2025, 2, 3, 9, 0, 0);

export function makeSender(
  sid: string,
  address: string,
  displayName: string,
  status: SenderStatus = "ONLINE",
): SimulatorSender {
  const online = status === "ONLINE";
  return {
    sid,
    address,
    status,
    wabaId: "104996122399160",
    displayName,
    about: `${displayName} on WhatsApp`,
    qualityRating: online ? "HIGH" : null,
    messagingLimit: online ? "1K Customers/24hr" : null,
    offlineReasons: null,
    webhook: {
      callback_url: null,
      callback_method: "POST",
      fallback_url: null,
      fallback_method: "POST",
      status_callback_url: null,
      status_callback_method: "POST",
    },
  };
}

export function makeAccount(
  sid: string,
  friendlyName: string,
  change: Partial<SimulatorAccount> = {},
): SimulatorAccount {
  return {
    sid,
    friendlyName,
    authToken: sentinelTokenOf(sid),
    secondaryToken: null,
    secondaryTokenCreated: 0,
    status: "active",
    type: "Full",
    ownerSid: sid,
    behaviour: "healthy",
    dateCreated: started,
    dateUpdated: started,
    keys: [],
    senders: [],
    services: [],
    contents: [],
    webhookConfig: makeWebhookConfig(),
    note: "",
    ...change,
  };
}

function makeKey(
  key: { sid: string; secret: string },
  friendlyName: string,
  kind: SimulatorApiKey["kind"],
  allow: string[] = [],
): SimulatorApiKey {
  return { ...key, friendlyName, kind, allow, dateCreated: started, dateUpdated: started };
}

export function makeService(sid: string, friendlyName: string, senderSids: string[]): SimulatorService {
  return {
    sid,
    friendlyName,
    inboundRequestUrl: null,
    inboundMethod: "POST",
    fallbackUrl: null,
    fallbackMethod: "POST",
    statusCallback: null,
    useInboundWebhookOnNumber: false,
    stickySender: true,
    smartEncoding: true,
    validityPeriod: 14_400,
    usecase: "notifications",
    senderSids,
    dateCreated: started,
    dateUpdated: started,
  };
}

/** The only sender of an account. Its SID derives from the account SID. */
function soleSender(accountSid: string, number: string, displayName: string): SimulatorSender {
  return makeSender(`XE${accountSid.slice(2, 32)}00`, `whatsapp:+${number}`, displayName);
}

function seedHealthyAccount(): SimulatorAccount {
  const senders = [
    makeSender(`XE${"a".repeat(32)}`, SENTINEL_SENDERS.online, "Bar Harbour"),
    makeSender(`XE${"b".repeat(32)}`, SENTINEL_SENDERS.inService, "Bar Harbour Boats"),
    makeSender(`XE${"c".repeat(32)}`, SENTINEL_SENDERS.offline, "Bar Harbour Shop", "OFFLINE"),
    makeSender(`XE${"d".repeat(32)}`, SENTINEL_SENDERS.pending, "Bar Harbour Jobs", "PENDING_VERIFICATION"),
  ];
  const offline = senders[2];
  if (offline) {
    offline.qualityRating = "LOW";
    offline.messagingLimit = "250 Customers/24hr";
    offline.offlineReasons = [
      {
        code: "63020",
        message: "Twilio's invitation to the Meta Business Manager was not accepted",
        more_info: "https://www.twilio.com/docs/errors/63020",
      },
      {
        code: "63051",
        message: "The WhatsApp Business Account has been locked",
        more_info: "https://www.twilio.com/docs/errors/63051",
      },
    ];
  }
  return makeAccount(SENTINEL_ACCOUNTS.healthy, "Bar Harbour Ltd", {
    note: "Healthy: four senders, a Messaging Service, templates, API keys and a secondary token",
    secondaryToken: SENTINEL_TOKENS.secondary,
    secondaryTokenCreated: started,
    senders,
    services: [makeService(SENTINEL_SERVICE, "Boat rental", [`XE${"b".repeat(32)}`])],
    contents: seedContents(started, SENTINEL_TEMPLATES),
    keys: [
      makeKey(SENTINEL_API_KEYS.standard, "Desk (standard)", "standard"),
      makeKey(SENTINEL_API_KEYS.restricted, "Reports (restricted)", "restricted", [
        "/twilio/messaging/senders/read",
        "/twilio/messaging/services/read",
        "/twilio/content/content/read",
      ]),
      makeKey(SENTINEL_API_KEYS.main, "Owner (main)", "main"),
    ],
  });
}

export function seedAccounts(): SimulatorAccount[] {
  const oneSender = (sid: string, name: string, number: string, change: Partial<SimulatorAccount>) =>
    makeAccount(sid, name, { senders: [soleSender(sid, number, name)], ...change });

  const withService = (sid: string, name: string, number: string, change: Partial<SimulatorAccount>) => {
    const sender = soleSender(sid, number, name);
    const service = makeService(`MG${sid.slice(2)}`, `${name} service`, [sender.sid]);
    return makeAccount(sid, name, { senders: [sender], services: [service], ...change });
  };

  return [
    seedHealthyAccount(),
    oneSender(SENTINEL_ACCOUNTS.trial, "Bar Harbour trial", "14155550110", {
      type: "Trial",
      note: "Trial: only verified recipients, others 400 / 21608",
    }),
    oneSender(SENTINEL_ACCOUNTS.subaccount, "Bar Harbour Marina", "14155550120", {
      ownerSid: SENTINEL_ACCOUNTS.healthy,
      note: "Subaccount of the healthy account; signs with its own token",
    }),
    oneSender(SENTINEL_ACCOUNTS.suspended, "Suspended Ltd", "14155550130", {
      status: "suspended",
      behaviour: "refused",
      note: "Every call ends with 403 / 20005",
    }),
    oneSender(SENTINEL_ACCOUNTS.closed, "Closed Ltd", "14155550140", {
      status: "closed",
      behaviour: "inactive",
      note: "Account says closed, every other call ends with 403 / 20005",
    }),
    oneSender(SENTINEL_ACCOUNTS.suspendedReadable, "Suspended but readable Ltd", "14155550135", {
      status: "suspended",
      behaviour: "inactive",
      note: "Account says suspended, every other call ends with 403 / 20005",
    }),
    makeAccount(SENTINEL_ACCOUNTS.noSenders, "No senders yet Ltd", {
      note: "Healthy, but without a WhatsApp sender",
    }),
    oneSender(SENTINEL_ACCOUNTS.fragmentRefused, "No fragments Ltd", "14155550150", {
      behaviour: "fragment-refused",
      note: "Sender update: 400 for a URL with #…, 202 for a plain one",
    }),
    oneSender(SENTINEL_ACCOUNTS.senderUpdateRefused, "Locked webhook Ltd", "14155550160", {
      behaviour: "sender-update-refused",
      note: "Sender update: 403 / 20403",
    }),
    makeAccount(SENTINEL_ACCOUNTS.rateLimited, "Too many requests Ltd", {
      behaviour: "rate-limited",
      note: "Always 429 / 20429",
    }),
    makeAccount(SENTINEL_ACCOUNTS.serverError, "Server error Ltd", {
      behaviour: "server-error",
      note: "Always 500 / 20500",
    }),
    makeAccount(SENTINEL_ACCOUNTS.hang, "Hanging Ltd", { behaviour: "hang", note: "Never answers" }),
    makeAccount(SENTINEL_ACCOUNTS.html, "HTML Ltd", { behaviour: "html", note: "200 with an HTML page" }),
    makeAccount(SENTINEL_ACCOUNTS.brokenJson, "Broken JSON Ltd", {
      behaviour: "broken-json",
      note: "200 with JSON that is cut off",
    }),
    makeAccount(SENTINEL_ACCOUNTS.reset, "Reset Ltd", {
      behaviour: "reset",
      note: "The connection is reset",
    }),
    oneSender(SENTINEL_ACCOUNTS.servicesFail, "Services fail Ltd", "14155550171", {
      behaviour: "services-fail",
      note: "The list of Messaging Services: 500 / 20500",
    }),
    oneSender(SENTINEL_ACCOUNTS.sendersForbidden, "Senders forbidden Ltd", "14155550172", {
      behaviour: "senders-forbidden",
      note: "The list of senders: 403 with plain text",
    }),
    oneSender(SENTINEL_ACCOUNTS.listsUnreadable, "Lists unreadable Ltd", "14155550173", {
      behaviour: "lists-unreadable",
      note: "Lists of senders and of Messaging Services: a web page",
    }),
    withService(SENTINEL_ACCOUNTS.poolsLimited, "Pools limited Ltd", "14155550174", {
      behaviour: "pools-limited",
      note: "The sender pools of Messaging Services: 429 / 20429",
    }),
    withService(SENTINEL_ACCOUNTS.nulls, "Nulls Ltd", "14155550175", {
      behaviour: "nulls",
      note: "Null wherever Twilio's OpenAPI allows it",
    }),
    oneSender(SENTINEL_ACCOUNTS.unknownWords, "Unknown words Ltd", "14155550176", {
      behaviour: "unknown-words",
      note: "States and types that nobody documents",
    }),
  ];
}
