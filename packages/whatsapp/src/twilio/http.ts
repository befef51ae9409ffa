/** The request that the official client passes to its HTTP client. */
interface Call {
  method: string;
  uri: string;
  username?: string;
  password?: string;
  headers?: Record<string, string>;
  params?: object;
  data?: unknown;
}

interface Answer {
  statusCode: number;
  body: string;
  headers: Record<string, string>;
}

const MAX_ANSWER_BYTES = 1024 * 1024;
const TWILIO_HOST = /^(api|messaging|content|accounts|monitor)\.twilio\.com$/;

/** No response, or not in time. Says nothing about the credentials. */
export class UnreachableError extends Error {
  override name = "UnreachableError";
}

/** A response that Twilio never sends: not JSON, a redirect, or too long. */
export class UnexpectedResponseError extends Error {
  override name = "UnexpectedAnswerError";
}

const LONGEST_PAUSE_MS = 10 * 60_000;

/** Twilio did not process the call and names a time to retry. Has the fields of the official client's errors. */
export class TooManyRequestsError extends Error {
  override name = "TooManyRequestsError";
  readonly status = 429;
  readonly code: number | null;
  /** Null where Twilio named no time. */
  readonly retryAfterMs: number | null;

  constructor(body: string, retryAfter: string | null) {
    super("Twilio is receiving too many requests");
    this.code = codeOf(body);
    const seconds = Number(retryAfter);
    const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(retryAfter ?? "") - Date.now();
    this.retryAfterMs = retryAfter !== null && ms >= 0 ? Math.min(ms, LONGEST_PAUSE_MS) : null;
  }
}

/**
 * The HTTP client for the official Twilio client. Restricts calls for security: only Twilio's hosts (or the simulator), no
 * proxy from the environment, no redirects, responses ≤ 1 MB, one deadline for all calls of an operation.
 */
export class TwilioHttp {
  readonly #deadline: AbortSignal;
  readonly #simulatorUrl: string | null;

  constructor(deadline: AbortSignal, simulatorUrl: string | null) {
    this.#deadline = deadline;
    this.#simulatorUrl = simulatorUrl;
  }

  async request(options: Call): Promise<Answer> {
    const url = this.#address(options.uri, options.params);
    const credentials = Buffer.from(`${options.username}:${options.password}`).toString("base64");
    // A new connection for each call. If a reused connection broke, it would be unknown whether the call had been sent.
    const headers = { ...options.headers, authorization: `Basic ${credentials}`, connection: "close" };
    const init: RequestInit = {
      method: options.method.toUpperCase(),
      headers,
      redirect: "manual",
      signal: this.#deadline,
    };
    if (options.data !== undefined) init.body = encodeBody(options.data, headers);
    let answer: Response;
    let body: string;
    try {
      answer = await fetch(url, init);
      body = await readLimited(answer);
    } catch (error) {
      if (error instanceof UnexpectedResponseError) throw error;
      throw new UnreachableError("Twilio did not answer", { cause: error });
    }
    if (answer.status >= 300 && answer.status < 400)
      throw new UnexpectedResponseError(`Twilio answered with a redirect (${answer.status})`);
    if (answer.status === 429) throw new TooManyRequestsError(body, answer.headers.get("retry-after"));
    if (answer.ok && body !== "" && !isJson(body))
      throw new UnexpectedResponseError(`Twilio answered ${answer.status} with something other than JSON`);
    return { statusCode: answer.status, body, headers: Object.fromEntries(answer.headers) };
  }

  #address(uri: string, params: object | undefined): URL {
    const url = new URL(uri);
    for (const [name, value] of Object.entries(params ?? {})) {
      for (const one of Array.isArray(value) ? value : [value])
        if (one !== undefined) url.searchParams.append(name, String(one));
    }
    if (this.#simulatorUrl === null) {
      if (url.protocol !== "https:" || !TWILIO_HOST.test(url.host))
        throw new UnexpectedResponseError(`${url.host} is not one of Twilio's hosts`);
      return url;
    }
    return new URL(url.pathname + url.search, this.#simulatorUrl);
  }
}

function encodeBody(data: unknown, headers: Record<string, string>): string {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1];
  if (type?.startsWith("application/json")) return JSON.stringify(data);
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(data as object)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) form.append(name, String(one));
  }
  return form.toString();
}

async function readLimited(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new UnexpectedResponseError("Twilio's answer is longer than 1 MB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function codeOf(body: string): number | null {
  try {
    const { code } = JSON.parse(body) as { code?: unknown };
    return Number.isInteger(code) ? Number(code) : null;
  } catch {
    return null;
  }
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}
