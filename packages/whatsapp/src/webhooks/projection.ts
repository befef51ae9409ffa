import { isBlank, toPgText } from "@waystation/core/text";
import { kindOfMessage, type MessageKind, PREVIEW_LENGTH } from "./content/message-kind.ts";
import { previewOf } from "./content/message-summary.ts";
import { isAddress } from "./parse-webhook.ts";

/** The data of one webhook for the inbox. */
export interface Projection {
  /** The contact's address, as Twilio writes it; null unless the webhook is a message. */
  contact: string | null;
  ours: string | null;
  /** The contact's second address (BSUID), if Twilio names one beside a telephone number. */
  otherAddress: string | null;
  name: string | null;
  username: string | null;
  kind: MessageKind;
  body: string | null;
  preview: string | null;
  errorCode: number | null;
}

type Values = ReadonlyMap<string, string>;

const MAX_NAME = 200;

/** For events that do not appear in the inbox. */
export const EMPTY_PROJECTION: Projection = {
  contact: null,
  ours: null,
  otherAddress: null,
  name: null,
  username: null,
  kind: "unknown",
  body: null,
  preview: null,
  errorCode: null,
};

/** A status callback adds only its error code; its key holds the rest. */
export function projectStatus(values: Values): Projection {
  const errorCode = readErrorCode(values.get("ErrorCode"));
  return errorCode === null ? EMPTY_PROJECTION : { ...EMPTY_PROJECTION, errorCode };
}

/** Reads a message's parameters for the inbox. Never throws: unusual values are kept as they are or left out. */
export function projectWebhook(values: Values): Projection {
  const first = (name: string) => values.get(name) || null;
  const contact = toPgText(first("From") ?? "");
  const external = first("ExternalUserId");
  const otherAddress =
    external === null || !isAddress(external)
      ? null
      : toPgText(external.includes(":") ? external : `whatsapp:${external}`);
  const kind = kindOfMessage(first);
  const body = first("Body");
  const text = body === null ? null : toPgText(body);
  return {
    contact,
    ours: toPgText(first("To") ?? ""),
    otherAddress: otherAddress === contact ? null : otherAddress,
    name: short(first("ProfileName")),
    username: short(first("ProfileUsername") ?? first("Username")),
    kind,
    body: text,
    preview: cut(toPgText(previewOf(kind, first)), PREVIEW_LENGTH),
    errorCode: readErrorCode(values.get("ErrorCode")),
  };
}

function readErrorCode(text: string | undefined): number | null {
  const code = Number(text || Number.NaN);
  return Number.isInteger(code) && code > 0 && code < 2 ** 31 ? code : null;
}

/** A name without visible characters counts as no name. */
function short(text: string | null): string | null {
  return text === null || isBlank(text) ? null : cut(toPgText(text), MAX_NAME);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).toWellFormed();
}
