import type { Installation } from "@waystation/core/context";
import { connectionsOfAccount, matchConnection } from "@waystation/whatsapp/webhooks/connection-cache";
import { type FormPairs, parseFormBody } from "@waystation/whatsapp/webhooks/form-body";
import { parseWebhook } from "@waystation/whatsapp/webhooks/parse-webhook";
import type { MisdirectedReason, RejectionLog } from "@waystation/whatsapp/webhooks/rejections";
import { SETTINGS_HEADER } from "@waystation/whatsapp/webhooks/signature/signature-settings";
import { verifySignature } from "@waystation/whatsapp/webhooks/signature/verify-signature";
import type { Request, RequestHandler } from "express";
import { readBody } from "../http/read-body.ts";

interface MisdirectedDeps {
  platform: Pick<Installation, "db" | "keyring" | "publicUrl">;
  rejections: RejectionLog;
  count: (reason: MisdirectedReason) => void;
  report: (error: unknown) => void;
  /** Called for each genuine webhook that was sent to the wrong place. `target` is its method and path. */
  warnOfMisdirected: (target: string) => void;
}

const MAX_BODY = 64 * 1024;
const ACCOUNT_SID = /^AC[0-9a-f]{32}$/i;
const ABSOLUTE_FORM = /^[a-z]+:\/\/[^/?]*/i;

/**
 * Twilio's webhooks that were sent with another method or to another path than those that are received. Nothing of them is
 * stored; the connection whose secret signed one shows the admin what to change. All other requests go on.
 */
export function createMisdirectedRoute(deps: MisdirectedDeps, reason: MisdirectedReason): RequestHandler {
  const read = readBody(MAX_BODY, (req) => req.is("application/x-www-form-urlencoded") !== false);
  const tell: RequestHandler = async (req, res, next) => {
    const isTold = await record(deps, reason, req).catch((error: unknown) => {
      deps.report(error);
      return false;
    });
    if (!isTold) return next();
    deps.count(reason);
    deps.warnOfMisdirected(placeOf(req));
    if (reason === "wrong_method") res.set("Allow", "GET, POST").status(405).end();
    else res.status(404).end();
  };
  return (req, res, next) => {
    if (req.headers["x-twilio-signature"] === undefined) return next();
    // A body that cannot be read is no webhook: what comes next answers it.
    read(req, res, (error) => (error ? next() : tell(req, res, next)));
  };
}

/** The whole path, wherever the route is mounted. */
function placeOf(req: Request): string {
  return `${req.method} ${targetOf(req).split("?")[0]}`;
}

function targetOf(req: Request): string {
  return req.originalUrl.replace(ABSOLUTE_FORM, "");
}

/** Whether the request is a genuine webhook of a connection, which then is told. */
async function record(deps: MisdirectedDeps, reason: MisdirectedReason, req: Request): Promise<boolean> {
  const { platform, rejections } = deps;
  const target = targetOf(req);
  const body: Buffer = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
  // Of a request without a body the parameters are in the URL, and signed with it.
  const parameters = body.length > 0 ? body : Buffer.from(target.split("?").slice(1).join("?"));
  const pairs = parseFormBody(parameters);
  const webhook = pairs && parseWebhook(pairs, parameters, false);
  if (!webhook || !ACCOUNT_SID.test(webhook.accountSid)) return false;
  const known = await connectionsOfAccount(platform.db, platform.keyring, webhook.accountSid);
  const active = known.filter((receiver) => receiver.isActive);
  const chosen = matchConnection(active, webhook);
  const [first, ...others] = chosen ? [chosen] : active;
  if (!first) return false;
  const signed: FormPairs = body.length > 0 ? pairs : [];
  const verification = verifySignature([first, ...others], {
    signature: req.get("x-twilio-signature"),
    settings: req.get(SETTINGS_HEADER),
    url: platform.publicUrl + target,
    pairs: signed,
  });
  if (verification.state !== "valid") return false;
  const { connection } = verification;
  rejections.rejected(connection, { reason, target: placeOf(req) }, parameters);
  return true;
}
