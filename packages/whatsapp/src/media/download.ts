import { get as getHttp, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { get as getHttps } from "node:https";
import { publicLookup, requirePublicHost } from "@waystation/core/outbound-http/public-address";

/** Requests one URL. Does not follow redirects. */
export type OpenConnection = (
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
) => Promise<IncomingMessage>;

export interface DownloadSource {
  url: URL;
  /** Sent to the first URL only. */
  authorization: string;
  /** Whether a redirect to this URL may be followed. */
  allows: (url: URL) => boolean;
  open: OpenConnection;
  maxBytes: number;
  patienceMs: number;
}

export type DownloadedFile =
  | { status: 200; bytes: Buffer; headers: IncomingHttpHeaders }
  | { status: number; bytes: null; headers: IncomingHttpHeaders };

export class FileTooLargeError extends Error {
  override name = "TooLargeError";
}

/** The redirect target is not allowed, or there were too many redirects. */
export class RedirectRejectedError extends Error {
  override name = "RedirectRejectedError";
}

const MOST_REDIRECTS = 3;

/** Reads a file of up to `maxBytes` into memory, within `patienceMs` including all redirects. */
export async function downloadFile(source: DownloadSource): Promise<DownloadedFile> {
  const until = AbortSignal.timeout(source.patienceMs);
  let { url } = source;
  let headers: Record<string, string> = { authorization: source.authorization };
  for (let hops = 0; ; hops++) {
    const answer = await source.open(url, headers, until);
    try {
      const status = answer.statusCode ?? 0;
      if (status === 200)
        return { status, bytes: await read(answer, source.maxBytes, until), headers: answer.headers };
      if (![301, 302, 303, 307, 308].includes(status))
        return { status, bytes: null, headers: answer.headers };
      if (hops === MOST_REDIRECTS) throw new RedirectRejectedError(`More than ${MOST_REDIRECTS} redirects`);
      const { location } = answer.headers;
      const next = location ? URL.parse(location, url.href) : null;
      if (!next || !source.allows(next))
        throw new RedirectRejectedError(`Redirected to ${next ? next.origin : "no address"}`);
      url = next;
      // The credentials are for the first host only.
      headers = {};
    } finally {
      answer.destroy();
    }
  }
}

async function read(answer: IncomingMessage, maxBytes: number, until: AbortSignal): Promise<Buffer> {
  const tooLarge = () => new FileTooLargeError(`More than ${maxBytes} bytes`);
  if (Number(answer.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  const cut = () => answer.destroy(until.reason);
  until.addEventListener("abort", cut, { once: true });
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
    if (!answer.complete) throw new Error("The answer was cut off");
    return Buffer.concat(chunks);
  } finally {
    until.removeEventListener("abort", cut);
  }
}

/** Connects only to public internet addresses, over HTTPS. */
export const connectPublic: OpenConnection = (url, headers, signal) => {
  requirePublicHost(url.hostname);
  return begin(getHttps, url, { headers, signal, lookup: publicLookup() });
};

/** Connects to any address. For the simulator, whose URL the operator configures. */
export const connectUnrestricted: OpenConnection = (url, headers, signal) =>
  begin(url.protocol === "https:" ? getHttps : getHttp, url, { headers, signal });

function begin(
  get: typeof getHttp,
  url: URL,
  options: { headers: Record<string, string>; signal: AbortSignal; lookup?: ReturnType<typeof publicLookup> },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { ...options, agent: false }, resolve).on("error", reject);
  });
}
