import type { Installation } from "@waystation/core/context";
import { readWebhookPath, WEBHOOK_PATH } from "@waystation/whatsapp/connections/webhook-url";
import {
  connectionsOfAccount,
  matchConnection,
  type WebhookConnection,
} from "@waystation/whatsapp/webhooks/connection-cache";
import { parseFormBody } from "@waystation/whatsapp/webhooks/form-body";
import { NotStoredError, type WebhookIngest } from "@waystation/whatsapp/webhooks/ingest";
import { parseWebhook } from "@waystation/whatsapp/webhooks/parse-webhook";
import type { RejectionLog, RejectionReason } from "@waystation/whatsapp/webhooks/rejections";
import { SETTINGS_HEADER } from "@waystation/whatsapp/webhooks/signature/signature-settings";
import { verifySignature } from "@waystation/whatsapp/webhooks/signature/verify-signature";
import {
  type VerifiedWebhook,
  verifiedWebhookOf,
  type WebhookOutcome,
} from "@waystation/whatsapp/webhooks/webhook-record";
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from "express";
import { allowMethods } from "../http/allow-methods.ts";
import { readBody } from "../http/read-body.ts";
import { createMisdirectedRoute } from "./misdirected-route.ts";

const TWIML = `<?xml version="1.0" encoding="UTF-8"?><Response></Response>`;
const TWIML_HEADERS = ["Content-Type", "text/xml", "Content-Length", String(Buffer.byteLength(TWIML))];
const UNAVAILABLE_HEADERS = ["Retry-After", "5", "Content-Length", "0"];
const MAX_BODY = 64 * 1024;
/** Twilio hangs up after 15 s, and comes again only if it still heard a no. */
const PATIENCE_MS = 12_000;
const SWEEP_MS = 500;
const NO_BODY = Buffer.alloc(0);
/** `POST https://host/path HTTP/1.1`, as some proxies write it. */
const ABSOLUTE_FORM = /^[a-z]+:\/\/[^/?]*/i;
const PLAIN_REST = new RegExp(`^${WEBHOOK_PATH}(?:/status/([\\w-]+))?(?:\\?|$)`);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ACCOUNT_SID = /^AC[0-9a-f]{32}$/i;

interface WebhookDeps {
  platform: Pick<Installation, "db" | "keyring" | "publicUrl">;
  ingest: WebhookIngest;
  rejections: RejectionLog;
  /** Whether the database answers: the health check's one question. */
  isHealthy: () => Promise<boolean>;
  /** Counts the answer, by its word. */
  count: (answer: Answer) => void;
  /** See `misdirected-route.ts`. */
  warnOfMisdirected: (target: string) => void;
  report: (error: unknown) => void;
}

const TOO_MANY = "Too many webhooks of this connection are waiting to be stored";

type Answer =
  | WebhookOutcome
  | RejectionReason
  | "ignored"
  | "unknown_account"
  | "malformed"
  | "too_large"
  | "unsupported"
  | "unavailable";

/**
 * Twilio's signed webhooks: raw bytes in, empty TwiML out after the commit. Nothing a request says is believed before its
 * signature fits; its URL is PUBLIC_URL and the path as it came, never a Host or X-Forwarded header.
 */
export function createWebhookRoute(deps: WebhookDeps): RequestHandler {
  const router = express.Router({ strict: true, caseSensitive: true });
  const checkType = onlyForms(deps);
  const read = readBody(MAX_BODY);
  const receiveBody = handle(deps);
  const answerError = answerBodyErrors(deps);
  const receive: RequestHandler = (req, res, next) =>
    checkType(req, res, () =>
      read(req, res, (error) => (error ? answerError(error, req, res, next) : receiveBody(req, res, next))),
    );
  const misdirected = createMisdirectedRoute(deps, "wrong_method");
  router.use(WEBHOOK_PATH, (_req, res, next) => {
    res.set("Cache-Control", "no-store");
    next();
  });
  router.get(WEBHOOK_PATH, misdirected, async (_req, res) => {
    const healthy = await deps.isHealthy();
    res.status(healthy ? 200 : 503).json({ status: healthy ? "ok" : "unavailable" });
  });
  router.all(WEBHOOK_PATH, misdirected, allowMethods(["GET", "POST"]));
  router.all(`${WEBHOOK_PATH}/status/:messageId`, misdirected, allowMethods(["POST"]));
  return (req, res, next) => {
    // The two paths as Twilio writes them are known without the router's going through them one by one.
    const plain = req.method === "POST" && req.url.startsWith(WEBHOOK_PATH) ? PLAIN_REST.exec(req.url) : null;
    if (plain) {
      req.params = plain[1] === undefined ? {} : { messageId: plain[1] };
      return receive(req, res, next);
    }
    // Twilio's console takes any spelling of the URL, and a customer's message must not be lost by a slash too many.
    const spelt = readWebhookPath(req.path);
    if (!spelt) return router(req, res, next);
    if (req.method === "POST") {
      req.params = { ...spelt };
      return receive(req, res, next);
    }
    return router(req, res, (error) => (error ? next(error) : misdirected(req, res, next)));
  };
}

function onlyForms({ count }: WebhookDeps): RequestHandler {
  // Twilio writes the same one each time.
  let accepted: string | null = null;
  return (req, res, next) => {
    const { "content-type": type = "", "content-encoding": encoding } = req.headers;
    if (encoding === undefined || encoding.toLowerCase() === "identity") {
      if (type === accepted) return next();
      if (isForm(type)) {
        accepted = type;
        return next();
      }
    }
    count("unsupported");
    // The body stays unread, so the connection cannot serve another request.
    res.set("Connection", "close").status(415).end();
  };
}

function isForm(contentType: string): boolean {
  const [type, ...parameters] = contentType.toLowerCase().split(";");
  const charset = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith("charset="));
  return (
    type?.trim() === "application/x-www-form-urlencoded" &&
    (charset === undefined || /^charset="?utf-8"?$/.test(charset))
  );
}

function handle(deps: WebhookDeps): RequestHandler {
  const patience = createPatience((res) => unavailable(deps, res, 503));
  return async (req, res) => {
    const place = patience.begin(res);
    try {
      // What was read of the form is not needed while the rest waits, and so is given up before.
      const accepted = await examine(deps, req, res);
      if (!accepted) return;
      await deps.ingest.add(accepted);
      answerTwiml(deps, res, accepted.outcome);
    } catch (error) {
      if (!(error instanceof NotStoredError)) deps.report(error);
      unavailable(deps, res, error instanceof NotStoredError ? 503 : 500);
    } finally {
      patience.end(place);
    }
  };
}

/**
 * Answers for whoever has waited too long; one timer for all. The places are used again and again: a Map that much goes
 * through leaves its old tables behind, each with answers that the engine then copies around until its next great
 * collection (measured: a third of the time of a webhook).
 */
function createPatience(giveUp: (res: Response) => void) {
  const waiting: { res: Response | null; since: number }[] = [];
  const free: number[] = [];
  let timer: NodeJS.Timeout | null = null;
  const sweep = () => {
    const tooLate = performance.now() - PATIENCE_MS;
    for (const { res, since } of waiting) if (res && since <= tooLate) giveUp(res);
    if (free.length < waiting.length || !timer) return;
    clearInterval(timer);
    timer = null;
  };
  return {
    /** Answers the place, to be given back. */
    begin(res: Response): number {
      const place = free.pop() ?? waiting.push({ res: null, since: 0 }) - 1;
      const entry = waiting[place];
      if (entry) {
        entry.res = res;
        entry.since = performance.now();
      }
      timer ??= setInterval(sweep, SWEEP_MS);
      return place;
    },
    end(place: number): void {
      const entry = waiting[place];
      if (entry) entry.res = null;
      free.push(place);
    },
  };
}

/** What is to be stored; null for what is answered already. */
async function examine(deps: WebhookDeps, req: Request, res: Response): Promise<VerifiedWebhook | null> {
  const { platform, ingest, rejections } = deps;
  const body: Buffer = Buffer.isBuffer(req.body) ? req.body : NO_BODY;
  const pairs = parseFormBody(body);
  const webhook = pairs && parseWebhook(pairs, body, req.params.messageId !== undefined);
  if (!webhook) return answer(deps, res, "malformed", 400);
  const receivers = ACCOUNT_SID.test(webhook.accountSid)
    ? await connectionsOfAccount(platform.db, platform.keyring, webhook.accountSid).catch(
        (error: unknown) => {
          throw new NotStoredError("The database did not say whose account this is", { cause: error });
        },
      )
    : [];
  const chosen = matchConnection(receivers, webhook);
  const active = receivers.filter((receiver) => receiver.isActive);
  const [fallback] = active;
  if (receivers.length === 0) return answer(deps, res, "unknown_account", 404);
  if (!fallback || (chosen && !chosen.isActive)) {
    const ended = chosen ?? receivers[0];
    if (ended) rejections.ignored(ended);
    answerTwiml(deps, res, "ignored");
    return null;
  }

  const candidates: [WebhookConnection, ...WebhookConnection[]] = chosen
    ? [chosen]
    : [fallback, ...active.slice(1)];
  // Said before the signature is worked out: whoever has too much waiting must not cost the others time.
  if (candidates.every((receiver) => ingest.isFull(receiver.no))) throw new NotStoredError(TOO_MANY);
  const verification = verifySignature(candidates, {
    signature: req.get("x-twilio-signature"),
    settings: req.get(SETTINGS_HEADER),
    url: platform.publicUrl + req.originalUrl.replace(ABSOLUTE_FORM, ""),
    pairs,
  });
  if (verification.state === "unreadable")
    throw new NotStoredError("The stored secret cannot be opened, so the signature could not be checked");
  const { connection } = verification;
  if (verification.state === "rejected") {
    rejections.rejected(connection, verification.rejection, body);
    return answer(deps, res, verification.rejection.reason, 401);
  }
  const outcome = chosen ? "stored" : "unrouted";
  const id = req.params.messageId;
  const messageId = typeof id === "string" && UUID.test(id) ? id : null;
  return verifiedWebhookOf(connection, webhook, { body, messageId, outcome });
}

/** Twilio is to come again: 503 while we cannot, 500 when something of ours failed. */
function unavailable({ count }: WebhookDeps, res: Response, status: 500 | 503): void {
  if (res.headersSent) return;
  count("unavailable");
  res.writeHead(status, UNAVAILABLE_HEADERS).end();
}

function answer({ count }: WebhookDeps, res: Response, word: Answer, status: number): null {
  if (res.headersSent) return null;
  count(word);
  res.status(status).end();
  return null;
}

function answerTwiml({ count }: WebhookDeps, res: Response, word: Answer): void {
  // Too late: 503 was said, and Twilio comes again.
  if (res.headersSent) return;
  count(word);
  res.writeHead(200, TWIML_HEADERS).end(TWIML, "latin1");
}

function answerBodyErrors({ count }: WebhookDeps): ErrorRequestHandler {
  return (error, _req, res, next) => {
    if (error?.type === "entity.too.large") {
      count("too_large");
      return res.set("Connection", "close").status(413).end();
    }
    if (error?.type === "encoding.unsupported") return res.set("Connection", "close").status(415).end();
    // Cut off, or shorter than its Content-Length said: nobody is there to answer.
    if (error?.type === "request.aborted" || error?.type === "request.size.invalid")
      return res.status(400).end();
    return next(error);
  };
}
