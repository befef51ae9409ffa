import { setTimeout } from "node:timers/promises";
import type { Installation } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import type { SenderWebhook } from "@waystation/db/schema/schema";
import { createTwilioClient, type TwilioClient, twilioTimeoutSignal } from "../twilio/client.ts";
import { twilioErrorOf, twilioToDomainError } from "../twilio/failure.ts";
import { UnexpectedResponseError } from "../twilio/http.ts";
import { fetchSenderWebhook, fetchService } from "../twilio/senders.ts";
import { setTwilioWebhook } from "../twilio/set-webhook.ts";
import { SANDBOX_NUMBER } from "./choose-sender.ts";
import type { TwilioCredentials } from "./credentials/parse-credentials.ts";
import { plainWebhookUrl, proposedWebhook, webhookUrl } from "./webhook-url.ts";

interface WebhookSettingChange {
  setting: string;
  before: string | null;
  after: string | null;
}

interface WebhookTarget {
  sender: string;
  senderSid: string | null;
  messagingServiceSid: string | null;
}

export interface ConfiguredWebhook {
  /** The previous settings; null where Twilio returned none. */
  found: SenderWebhook | null;
  applied: SenderWebhook | null;
  changes: WebhookSettingChange[];
  problem: { reason: string; message: string } | null;
}

/**
 * Points the sender (or Messaging Service) at this server. An error from Twilio is returned as `problem`, so that it does not
 * undo the connection.
 */
export async function configureWebhook(
  platform: Pick<Installation, "publicUrl" | "simulatorUrl">,
  credentials: TwilioCredentials,
  target: WebhookTarget,
  known: SenderWebhook | null,
): Promise<ConfiguredWebhook> {
  if (target.senderSid === null && target.messagingServiceSid === null)
    return { found: known, applied: null, changes: [], problem: withoutSid(target) };
  const client = twilioClientFor(platform, credentials);
  const found = known ?? (await fetchWebhook(client, target).catch(() => null));
  try {
    const applied = await applyWithOverrides(platform.publicUrl, client, target, found ?? NO_WEBHOOK);
    await untilTakenUp(client, target, applied);
    return { found, applied, changes: changesBetween(found ?? NO_WEBHOOK, applied), problem: null };
  } catch (error) {
    const { reason, message } = explainConfiguring(error);
    return { found, applied: null, changes: [], problem: { reason, message } };
  }
}

function withoutSid({ sender }: WebhookTarget): { reason: string; message: string } {
  if (sender === SANDBOX_NUMBER)
    return {
      reason: "sender_not_found",
      message:
        "Twilio has no API for the sandbox's webhook. Paste the URL in Twilio's console, under the sandbox settings.",
    };
  return {
    reason: "sender_unchecked",
    message:
      "Twilio did not list this sender with its SID, so its webhook settings could not be changed. Paste the URL in Twilio's console.",
  };
}

const NO_WEBHOOK: SenderWebhook = {
  callbackUrl: null,
  callbackMethod: null,
  fallbackUrl: null,
  fallbackMethod: null,
  statusCallbackUrl: null,
  statusCallbackMethod: null,
};

/** The current settings; null if Twilio's response does not contain them. */
export async function fetchWebhook(
  client: TwilioClient,
  target: WebhookTarget,
): Promise<SenderWebhook | null> {
  if (target.messagingServiceSid !== null)
    return (await fetchService(client, target.messagingServiceSid)).webhook;
  return fetchSenderWebhook(client, target.senderSid ?? "");
}

/** Restores the settings that were found when the sender was connected. */
export async function restoreWebhook(
  platform: Pick<Installation, "simulatorUrl">,
  credentials: TwilioCredentials,
  target: WebhookTarget,
  found: SenderWebhook,
): Promise<void> {
  await setAndConfirm(twilioClientFor(platform, credentials), target, found);
}

export function twilioClientFor(
  platform: Pick<Installation, "simulatorUrl">,
  credentials: TwilioCredentials,
): TwilioClient {
  const { mode, accountSid, authToken, apiKey } = credentials;
  return createTwilioClient(
    { mode, accountSid, username: apiKey?.sid ?? accountSid, password: apiKey?.secret ?? authToken },
    platform.simulatorUrl,
    twilioTimeoutSignal(),
  );
}

/** Sets the URL with connection overrides, or the plain URL if Twilio rejects a URL with a fragment. */
async function applyWithOverrides(
  publicUrl: string,
  client: TwilioClient,
  target: WebhookTarget,
  found: SenderWebhook,
): Promise<SenderWebhook> {
  // A Messaging Service has no separate method for status callbacks.
  const method =
    target.messagingServiceSid === null ? {} : { statusCallbackMethod: found.statusCallbackMethod };
  const wanted = { ...found, ...proposedWebhook(webhookUrl(publicUrl)), ...method };
  try {
    await setAndConfirm(client, target, wanted);
    return wanted;
  } catch (error) {
    if (twilioErrorOf(error)?.status !== 400) throw error;
    const plain = { ...wanted, ...proposedWebhook(plainWebhookUrl(publicUrl)), ...method };
    await setAndConfirm(client, target, plain);
    return plain;
  }
}

/** An unreadable response does not show whether the settings were applied, so they are read back. */
async function setAndConfirm(
  client: TwilioClient,
  target: WebhookTarget,
  wanted: SenderWebhook,
): Promise<void> {
  try {
    await setTwilioWebhook(client, target, wanted);
  } catch (error) {
    if (!(error instanceof UnexpectedResponseError)) throw error;
    const now = await fetchWebhook(client, target).catch(() => null);
    if (now?.callbackUrl !== wanted.callbackUrl) throw error;
  }
}

const LOOKS = 12;
const PAUSE_MS = 250;

/** Twilio responds 202 and applies a sender's new settings a moment later. Polls for that a limited number of times. */
async function untilTakenUp(
  client: TwilioClient,
  target: WebhookTarget,
  wanted: SenderWebhook,
): Promise<void> {
  if (target.senderSid === null) return;
  for (let look = 0; look < LOOKS; look++) {
    const now = await fetchSenderWebhook(client, target.senderSid).catch(() => null);
    if (now === null || now.callbackUrl === wanted.callbackUrl) return;
    await setTimeout(PAUSE_MS);
  }
}

const SETTINGS = {
  callbackUrl: "Incoming messages: URL",
  callbackMethod: "Incoming messages: method",
  statusCallbackUrl: "Status callbacks: URL",
  statusCallbackMethod: "Status callbacks: method",
} as const;

function changesBetween(before: SenderWebhook, after: SenderWebhook): WebhookSettingChange[] {
  return (Object.keys(SETTINGS) as (keyof typeof SETTINGS)[])
    .filter((key) => before[key] !== after[key])
    .map((key) => ({ setting: SETTINGS[key], before: before[key], after: after[key] }));
}

function explainConfiguring(error: unknown): { reason: string; message: string } {
  const status = twilioErrorOf(error)?.status;
  if (status === 401 || status === 403)
    return {
      reason: "no_permission",
      message:
        "Twilio does not let these credentials change the sender's webhook. Paste the URL in Twilio's console instead.",
    };
  if (status !== undefined && status < 500 && status !== 429)
    return {
      reason: "twilio_unexpected",
      message: "Twilio refused the new webhook settings. Paste the URL in Twilio's console instead.",
    };
  const explained = twilioToDomainError(error);
  if (!(explained instanceof DomainError)) throw error;
  return { reason: explained.reason, message: explained.message };
}
