import { setTimeout } from "node:timers/promises";
import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import { mediaFiles } from "@waystation/db/schema/media";
import { and, eq } from "drizzle-orm";
import type { TwilioCredentials } from "../connections/credentials/parse-credentials.ts";
import { requireTestMode } from "../connections/credentials/test-mode.ts";
import { unsealCredentials } from "../connections/credentials/unseal-credentials.ts";
import { type FirstParam, webhookParams } from "../inbox/messages/webhook-params.ts";
import {
  connectPublic,
  connectUnrestricted,
  type DownloadedFile,
  type DownloadSource,
  downloadFile,
  FileTooLargeError,
  RedirectRejectedError,
} from "./download.ts";
import { MAX_FILE_BYTES } from "./inputs.ts";
import { fileColumns, fileNotFound, type IncomingMediaFile, type MediaFile } from "./require-file.ts";
import { bytesToStore } from "./stored-bytes.ts";
import { detectMediaType } from "./types/detect-type.ts";
import { receivedFileName } from "./types/file-name.ts";

const TWILIO = "https://api.twilio.com";
const PATIENCE_MS = 15_000;
const MAX_TYPE = 200;
/** Twilio names a file before it is available. A missing file is retried while its message is younger than this. */
const FRESH_MS = 5 * 60_000;
const PAUSES_MS = [1_000, 3_000];
/** Every fetch holds a whole file in memory. */
const MOST_AT_ONCE = 4;

/** Running fetches, by organisation and file, so that two viewers cause one fetch. */
const underWay = new WeakMap<Database, Map<string, Promise<MediaFile>>>();

/**
 * Fetches a customer's file from Twilio and stores it. Throws a DomainError that names the reason if the file is unavailable.
 */
export async function fetchMessageFile(ctx: Context, file: IncomingMediaFile): Promise<MediaFile> {
  const fetching = underWay.get(ctx.installation.db) ?? new Map<string, Promise<MediaFile>>();
  underWay.set(ctx.installation.db, fetching);
  const key = `${ctx.organizationId} ${file.message.id} ${file.no}`;
  const running = fetching.get(key) ?? fetchAndKeep(ctx, file).finally(() => fetching.delete(key));
  fetching.set(key, running);
  return running;
}

async function fetchAndKeep(ctx: Context, file: IncomingMediaFile): Promise<MediaFile> {
  const { connection, message, no } = file;
  const first = (await webhookParams(ctx, [message])).get(message.id)?.first;
  const place = placeAtTwilio(file, first);
  if (!connection.isActive)
    throw new DomainError(
      "disconnected",
      "This file was not fetched before its sender was disconnected. Connect the sender again to see it.",
    );
  requireTestMode(ctx, connection.mode);
  const isFresh = Date.now() - message.at.getTime() < FRESH_MS;
  const { bytes, headers } = await fetchPatiently(ctx, unsealCredentials(ctx, connection), place, isFresh);
  const name = receivedFileName(first, headers["content-disposition"]);
  const declaredType = first?.(`MediaContentType${no}`) ?? null;
  const [kept] = await ctx.db
    .insert(mediaFiles)
    .values({
      organizationId: ctx.organizationId,
      messageId: message.id,
      no,
      type: await detectMediaType(bytes, { type: declaredType, name }),
      declaredType: declaredType?.slice(0, MAX_TYPE) ?? null,
      name,
      size: bytes.length,
      bytes: bytesToStore(bytes),
    })
    .onConflictDoNothing()
    .returning(fileColumns);
  if (kept) return kept;
  // Another server has stored the file meanwhile.
  const [theirs] = await ctx.db
    .select(fileColumns)
    .from(mediaFiles)
    .where(
      and(
        eq(mediaFiles.organizationId, ctx.organizationId),
        eq(mediaFiles.messageId, message.id),
        eq(mediaFiles.no, no),
      ),
    );
  if (!theirs) throw new Error("The file just kept is gone");
  return theirs;
}

/**
 * The file's path at Twilio, built from our own data and two SIDs in the webhook. The URL in the webhook is never called: it
 * would decide where the credentials are sent.
 */
function placeAtTwilio({ connection, no }: IncomingMediaFile, first: FirstParam | undefined): string {
  const messageSid = /^(SM|MM)[0-9a-f]{32}$/i.exec(first?.("MessageSid") ?? "")?.[0];
  const mediaSid = /\/Media\/(ME[0-9a-f]{32})$/i.exec(first?.(`MediaUrl${no}`) ?? "")?.[1];
  if (!messageSid || !mediaSid || !/^AC[0-9a-f]{32}$/i.test(connection.accountSid)) throw fileNotFound();
  return `/2010-04-01/Accounts/${connection.accountSid}/Messages/${messageSid}/Media/${mediaSid}`;
}

async function fetchPatiently(
  ctx: Context,
  credentials: TwilioCredentials,
  place: string,
  isFresh: boolean,
): Promise<Extract<DownloadedFile, { bytes: Buffer }>> {
  for (const pause of [...(isFresh ? PAUSES_MS : []), null]) {
    const answer = await limitConcurrency(() => ask(ctx, credentials, place)).catch((error) => {
      throw explainFailure(error);
    });
    if (answer.bytes !== null) return answer;
    if (answer.status !== 404 || pause === null) throw explainStatus(answer.status);
    await setTimeout(pause);
  }
  throw new Error("There is no pause after the last try");
}

/** Uses the API key if there is one. A restricted key without permission for media falls back to the token. */
async function ask(ctx: Context, credentials: TwilioCredentials, place: string): Promise<DownloadedFile> {
  const { accountSid, authToken, apiKey } = credentials;
  if (apiKey) {
    const answer = await askAs(ctx, credentials.mode, place, apiKey.sid, apiKey.secret);
    if (answer.status !== 401 && answer.status !== 403) return answer;
  }
  return askAs(ctx, credentials.mode, place, accountSid, authToken);
}

function askAs(ctx: Context, mode: "live" | "test", place: string, user: string, password: string) {
  return downloadFile({
    ...mediaRequest(place, mode, ctx.simulatorUrl),
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
    maxBytes: MAX_FILE_BYTES,
    patienceMs: PATIENCE_MS,
  });
}

/** The file's URL, and which redirects are allowed. */
export function mediaRequest(
  place: string,
  mode: "live" | "test",
  simulatorUrl: string | null,
): Pick<DownloadSource, "url" | "allows" | "open"> {
  if (mode === "live")
    return { url: new URL(place, TWILIO), allows: (url) => url.protocol === "https:", open: connectPublic };
  const url = new URL(place, simulatorUrl ?? "");
  return { url, allows: (next) => next.origin === url.origin, open: connectUnrestricted };
}

let busy = 0;
const waiting: (() => void)[] = [];

async function limitConcurrency<Result>(work: () => Promise<Result>): Promise<Result> {
  if (busy < MOST_AT_ONCE) busy++;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else busy--;
  }
}

function explainStatus(status: number): DomainError {
  if (status === 404 || status === 410)
    return new DomainError(
      "media_gone",
      "Twilio no longer has this file. Ask the customer to send it again.",
    );
  if (status === 429)
    return new DomainError(
      "twilio_rate_limited",
      "Twilio is receiving too many requests for this account just now. Wait a minute, then try again.",
    );
  if (status === 401 || status === 403)
    return new DomainError(
      "auth_failed",
      "Twilio refuses the stored credentials, so the file cannot be fetched. An admin can check the connection.",
    );
  if (status >= 500) return unreachable();
  return unexpected();
}

function explainFailure(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof FileTooLargeError)
    return new DomainError(
      "media_too_large",
      `This file is larger than the ${MAX_FILE_BYTES / 1024 / 1024} MB that are fetched. Ask the customer to send a smaller one.`,
    );
  return error instanceof RedirectRejectedError ? unexpected() : unreachable();
}

function unreachable(): DomainError {
  return new DomainError(
    "twilio_unreachable",
    "Twilio did not send this file in time. Try again in a moment, and see status.twilio.com if it stays.",
  );
}

function unexpected(): DomainError {
  return new DomainError(
    "twilio_unexpected",
    "Twilio's answer for this file could not be used. Try again; if it stays, see status.twilio.com.",
  );
}
