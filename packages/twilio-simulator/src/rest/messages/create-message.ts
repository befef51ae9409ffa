import { makeOutgoingMessage } from "../../outgoing/make-outgoing.ts";
import {
  CREATE_ERROR_ENDINGS,
  REJECTED_RECIPIENT_ENDINGS,
  VERIFIED_TRIAL_RECIPIENT,
} from "../../sentinels.ts";
import { findSender, type SimulatorContext } from "../../state/context.ts";
import type {
  ContentTemplate,
  SimulatorAccount,
  SimulatorMessage,
  SimulatorSender,
  SimulatorService,
} from "../../state/types.ts";
import { invalidParameterError, TwilioError } from "../errors.ts";

/** Form of a create call. A parameter can occur several times. */
export type CreateForm = Record<string, string | string[] | undefined>;

const minute = 60_000;

/** Validates a create call in Twilio's order of checks, then creates the message. */
export function createMessage(
  ctx: SimulatorContext,
  account: SimulatorAccount,
  form: CreateForm,
): SimulatorMessage {
  const one = (name: string) => {
    const value = form[name];
    const text = Array.isArray(value) ? value[0] : value;
    return text === "" ? undefined : text;
  };
  const refuse = (code: number, message: string) => new TwilioError(400, code, message);

  const to = one("To");
  if (!to) throw refuse(21604, "A 'To' phone number is required.");
  const from = one("From");
  const serviceSid = one("MessagingServiceSid");
  if (!from && !serviceSid) throw refuse(21603, "A 'From' phone number is required.");
  const body = one("Body") ?? "";
  const mediaUrls = [form.MediaUrl ?? []].flat().filter((url) => url !== "");
  const contentSid = one("ContentSid");
  if (!body && mediaUrls.length === 0 && !contentSid) throw refuse(21602, "Message body is required.");

  const service = serviceSid ? findService(account, serviceSid) : null;
  const sender = from ? checkSender(account, from, to) : null;
  checkRecipient(ctx, account, to, sender?.address ?? null);
  if (body.length > 1600)
    throw refuse(21617, "The concatenated message body exceeds the 1600 character limit");
  if (mediaUrls.length > 10) throw refuse(21623, "Number of media files exceeds allowed limit");
  if (!mediaUrls.every(isWebAddress)) throw refuse(21620, "Invalid media URL(s)");
  const statusCallback = one("StatusCallback") ?? null;
  if (statusCallback && !isWebAddress(statusCallback))
    throw refuse(21609, `The StatusCallback URL ${statusCallback} is not a valid URL.`);
  const content = contentSid ? findContent(account, contentSid) : null;
  const variables = content ? readVariables(one("ContentVariables")) : {};
  const validity = one("ValidityPeriod");
  if (validity && !(Number(validity) >= 1 && Number(validity) <= 36_000))
    throw invalidParameterError("ValidityPeriod must be from 1 to 36000");
  const sendAt = one("ScheduleType") ? readSchedule(ctx, one("ScheduleType"), one("SendAt"), service) : null;

  return makeOutgoingMessage(ctx, {
    accountSid: account.sid,
    direction: "outbound-api",
    from: sender?.address ?? null,
    to,
    body: content ? renderContent(content, variables) : body,
    mediaUrls,
    serviceSid: service?.sid ?? null,
    contentSid: content?.sid ?? null,
    statusCallback,
    status: sendAt !== null ? "scheduled" : service ? "accepted" : "queued",
    sendAt,
    details: content ? describeContent(content) : {},
  });
}

/** The sender that a Messaging Service selects. */
export function pickSender(
  account: SimulatorAccount,
  service: SimulatorService,
): SimulatorSender | undefined {
  const pool = account.senders.filter((sender) => service.senderSids.includes(sender.sid));
  return pool.find((sender) => sender.status.startsWith("ONLINE")) ?? pool[0];
}

function findService(account: SimulatorAccount, sid: string): SimulatorService {
  const service = account.services.find((candidate) => candidate.sid === sid);
  if (!service) throw new TwilioError(400, 21701, `The Messaging Service ${sid} does not exist`);
  if (!pickSender(account, service))
    throw new TwilioError(
      400,
      21703,
      "The Messaging Service does not have a phone number available to send a message",
    );
  return service;
}

function checkSender(account: SimulatorAccount, from: string, to: string): SimulatorSender {
  const channel = (address: string) =>
    address.includes(":") ? address.slice(0, address.indexOf(":")) : "sms";
  if (channel(from) !== channel(to))
    throw new TwilioError(400, 21910, "Invalid From and To pair. From and To should be of the same channel");
  if (channel(from) === "sms")
    throw new TwilioError(
      400,
      21606,
      `The 'From' phone number provided (${from}) is not a valid message-capable Twilio phone number`,
    );
  const sender = findSender(account, from);
  if (!sender || sender.status === "PENDING_VERIFICATION" || sender.status === "CREATING")
    throw new TwilioError(400, 63007, "Twilio could not find a Channel with the specified From address");
  return sender;
}

/** `whatsapp:+E164`, or a business-scoped user ID such as whatsapp:US.13491208655302741918. */
const recipient = /^whatsapp:(\+[1-9]\d{6,14}|[A-Z]{2}\.[A-Za-z0-9.]{1,128})$/;

function checkRecipient(
  ctx: SimulatorContext,
  account: SimulatorAccount,
  to: string,
  from: string | null,
): void {
  if (!recipient.test(to)) throw new TwilioError(400, 21211, `Invalid 'To' Phone Number: ${to}`);
  const ending = Object.keys(REJECTED_RECIPIENT_ENDINGS).find((code) => to.endsWith(code));
  const refusal = ending ? REJECTED_RECIPIENT_ENDINGS[ending] : undefined;
  if (refusal) throw new TwilioError(refusal.status, refusal.code, refusal.message.replace("{to}", to));
  if (account.type !== "Trial" || to === VERIFIED_TRIAL_RECIPIENT) return;
  const hasWritten = [...ctx.state.messages.values()].some(
    (message) =>
      message.accountSid === account.sid &&
      message.direction === "inbound" &&
      message.from === to &&
      (!from || message.to === from),
  );
  const sentinel = Object.values(CREATE_ERROR_ENDINGS).some((code) => to.endsWith(code));
  if (!hasWritten && !sentinel)
    throw new TwilioError(
      400,
      21608,
      `The number ${to} is unverified. Trial accounts cannot send messages to unverified numbers.`,
    );
}

/** Twilio rejects hosts with an underscore (docs, outbound status callbacks). */
function isWebAddress(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && /^https?:$/.test(parsed.protocol) && !parsed.hostname.includes("_");
}

function findContent(account: SimulatorAccount, sid: string): ContentTemplate {
  const content = account.contents.find((candidate) => candidate.sid === sid);
  if (!content) throw new TwilioError(400, 21655, "The ContentSid is Invalid");
  return content;
}

function readVariables(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  try {
    const variables: unknown = JSON.parse(text);
    if (variables && typeof variables === "object" && !Array.isArray(variables))
      return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
  } catch {
    // Falls through to the error below.
  }
  throw new TwilioError(400, 21656, "The Content Variables parameter is invalid");
}

function renderContent(content: ContentTemplate, variables: Record<string, string>): string {
  const type = Object.values(content.types)[0] ?? {};
  const body = typeof type.body === "string" ? type.body : "";
  return body.replace(
    /\{\{(\w+)\}\}/g,
    (_, name: string) => variables[name] ?? content.variables[name] ?? "",
  );
}

/** The quick replies of a template, which the phone view renders. */
function describeContent(content: ContentTemplate): Record<string, string> {
  const actions = content.types["twilio/quick-reply"]?.actions;
  return actions ? { actions: JSON.stringify(actions) } : {};
}

function readSchedule(
  ctx: SimulatorContext,
  type: string | undefined,
  sendAt: string | undefined,
  service: SimulatorService | null,
): number {
  if (type !== "fixed") throw invalidParameterError("ScheduleType must be fixed");
  if (!service) throw new TwilioError(400, 35118, "MessagingServiceSid is required to schedule a message");
  if (!sendAt) throw new TwilioError(400, 35111, "SendAt timestamp is missing");
  const time = Date.parse(sendAt);
  const ahead = time - ctx.clock.now();
  if (!(ahead >= 5 * minute && ahead <= 35 * 24 * 60 * minute))
    throw new TwilioError(
      400,
      35114,
      "SendAt time must be between 300 seconds and 35 days (3024000 seconds) in the future",
    );
  return time;
}
