import http from "node:http";
import https from "node:https";
import { gunzipSync } from "node:zlib";
import type { FailureKind, SimulatorAttempt } from "../state/types.ts";

type WebhookRequest = {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string;
  connectTimeout: number;
  readTimeout: number;
  /** Injected fault: close the connection as soon as the request is sent. */
  cut: boolean;
  /** Aborted when the simulator stops or is reset. */
  signal: AbortSignal;
};

/** Twilio reads at most this many bytes of a response (error 11750). */
const largestAnswer = 64 * 1024;

const dnsErrors = new Set(["ENOTFOUND", "EAI_AGAIN"]);

/** Makes one HTTP request and returns the attempt. Never throws. */
export function sendRequest(request: WebhookRequest, startedAt: number): Promise<SimulatorAttempt> {
  const begun = performance.now();
  const attempt: SimulatorAttempt = {
    url: request.url,
    method: request.method,
    startedAt,
    ms: 0,
    status: null,
    headers: {},
    body: "",
    error: null,
  };

  return new Promise((resolve) => {
    let connected = false;
    let timer: NodeJS.Timeout | undefined;
    const chunks: Buffer[] = [];

    let done = false;
    function finish(error: SimulatorAttempt["error"]) {
      if (done) return;
      done = true;
      clearTimeout(timer);
      attempt.ms = Math.round(performance.now() - begun);
      attempt.body = readBody(Buffer.concat(chunks), attempt.headers["content-encoding"]);
      attempt.error = error;
      resolve(attempt);
    }
    function fail(kind: FailureKind, message: string) {
      finish({ kind, message });
      outgoing?.destroy();
    }

    let outgoing: http.ClientRequest | undefined;
    try {
      const target = new URL(request.url);
      if (target.protocol !== "http:" && target.protocol !== "https:")
        throw new Error(`${target.protocol} is no web address`);
      const secure = target.protocol === "https:";
      outgoing = (secure ? https : http).request(target, {
        method: request.method,
        headers: request.headers,
        agent: false,
        auth: "",
        signal: request.signal,
      });
      timer = setTimeout(() => fail("ct", "Connect timeout"), request.connectTimeout);

      outgoing.on("socket", (socket) => {
        socket.once(secure ? "secureConnect" : "connect", () => {
          connected = true;
          clearTimeout(timer);
          timer = setTimeout(() => fail("rt", "Read timeout"), request.readTimeout);
        });
      });
      outgoing.on("finish", () => {
        if (request.cut) setImmediate(() => fail("cut", "Connection cut by the chaos setting"));
      });
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        const code = error.code ?? "";
        if (attempt.status !== null) finish({ kind: "partial", message: error.message });
        else if (connected) finish({ kind: "reset", message: error.message });
        else if (dnsErrors.has(code)) finish({ kind: "dns", message: error.message });
        else if (/CERT|SSL|TLS|SELF_SIGNED/.test(code)) finish({ kind: "tls", message: error.message });
        else finish({ kind: "connect", message: error.message || code });
      });
      outgoing.on("response", (response) => {
        attempt.status = response.statusCode ?? null;
        attempt.headers = flatten(response.headers);
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > largestAnswer) fail("too-large", "Response body is larger than 64 kB");
          else chunks.push(chunk);
        });
        response.on("end", () =>
          finish(response.complete ? null : { kind: "partial", message: "Partial response" }),
        );
        response.on("error", (error) => finish({ kind: "partial", message: error.message }));
      });
      outgoing.end(request.body);
    } catch (error) {
      fail("url", error instanceof Error ? error.message : String(error));
    }
  });
}

function readBody(bytes: Buffer, encoding: string | undefined): string {
  if (encoding !== "gzip" || bytes.length === 0) return bytes.toString("utf8");
  try {
    return gunzipSync(bytes, { maxOutputLength: largestAnswer }).toString("utf8");
  } catch {
    return "";
  }
}

function flatten(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}
