import type { RequestHandler } from "express";
import type { Logger } from "../lifecycle/logger.ts";

const HEADERS = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded", "x-real-ip"];

/**
 * Warns once per process when a request carries forwarding headers and its peer is not in TRUST_PROXY: they are ignored, so
 * behind a proxy that is not named every client has the proxy's address, in limits and in the audit log.
 */
export function warnOfUntrustedProxy(log: Pick<Logger, "warn">): RequestHandler {
  let warned = false;
  return (req, _res, next) => {
    if (warned) return next();
    const header = HEADERS.find((name) => req.headers[name] !== undefined);
    const peer = req.socket.remoteAddress ?? "";
    const isTrusted = req.app.get("trust proxy fn") as (address: string, hop: number) => boolean;
    if (header !== undefined && !isTrusted(peer, 0)) {
      warned = true;
      log.warn(
        { header, peer },
        `A request from ${peer} carries the header ${header}, which is ignored: TRUST_PROXY does not name this address. If it is your proxy, set TRUST_PROXY to it. Until then all clients behind it count as one address, for limits and in the audit log.`,
      );
    }
    next();
  };
}
