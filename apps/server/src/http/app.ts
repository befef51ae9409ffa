import { randomUUID } from "node:crypto";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import { appRouter } from "@waystation/api/root";
import type { AuthenticatedViewer, TrpcContext } from "@waystation/api/trpc";
import type { Installation } from "@waystation/core/context";
import { asDatabaseUnavailable } from "@waystation/core/database-unavailable";
import { fromNodeHeaders } from "better-auth/node";
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from "express";
import helmet from "helmet";
import type { Auth } from "../auth/auth.ts";
import { authRouter } from "../auth/auth-route.ts";
import { authenticate, respondToRejectedKey, viewerOf } from "../auth/viewer.ts";
import type { Logger } from "../lifecycle/logger.ts";
import { consoleRoute } from "../routes/console-route.ts";
import { liveRoute } from "../routes/live-route.ts";
import { mediaRoute } from "../routes/media-route.ts";
import { type Metrics, metricsRoute } from "../routes/metrics-route.ts";
import { restRoute } from "../routes/rest-route.ts";
import { allowMethods } from "./allow-methods.ts";
import { csrfGuard, rejectRequest } from "./csrf-guard.ts";
import { jsonLimitViolation } from "./json-limits.ts";
import { readBody } from "./read-body.ts";
import { trpcMethods } from "./trpc-methods.ts";
import { warnOfUntrustedProxy } from "./untrusted-proxy.ts";

interface AppDependencies {
  platform: Installation;
  auth: Auth;
  webhooks: RequestHandler;
  /** Tells the admin of webhooks that were sent to a path that is none. */
  misdirected: RequestHandler;
  metrics: Metrics;
  metricsToken: string | null;
  trustProxy: string[];
  production: boolean;
  consoleFolder: string;
  /** Why it cannot work, as a sentence that anybody may read; null when every connection works and nothing is to migrate. */
  whyNotReady: () => Promise<string | null>;
  log: Logger;
}

interface Locals {
  requestId: string;
  viewer?: AuthenticatedViewer | null;
}

const MAX_BODY = 256 * 1024;
const MAX_BATCH = 10;

export function createExpressApp(deps: AppDependencies): Express {
  const { platform, auth, metrics, log } = deps;
  const app = express();
  app.disable("x-powered-by").disable("etag").enable("case sensitive routing");
  app.set("trust proxy", deps.trustProxy);
  if (deps.production) app.use(warnOfUntrustedProxy(log));
  // Twilio's requests come by the thousand a second, to a route that counts its own answers, and go past all of this.
  app.use((req, res, next) => (req.method === "POST" ? deps.webhooks(req, res, next) : next()));
  app.use(identify, observe(metrics, log), securityHeaders(platform.publicUrl));
  app.use(deps.webhooks);
  app.get("/healthz", (_req, res) => void res.json({ status: "ok" }));
  app.get("/readyz", async (_req, res) => {
    const reason = await deps.whyNotReady();
    if (reason === null) res.json({ status: "ok" });
    else res.status(503).json({ status: "unavailable", reason });
  });
  app.get("/metrics", metricsRoute(metrics, deps.metricsToken));
  app.all(["/healthz", "/readyz", "/metrics"], allowMethods(["GET"]));
  app.use("/api", (_req, res, next) => {
    res.set("Cache-Control", "no-store");
    next();
  });
  app.use("/api/auth", authRouter(auth));
  const context = contextOf(deps);
  const recognise = authenticate(auth, platform.db);
  app.use(
    "/api/trpc",
    trpcMethods,
    csrfGuard(platform.publicUrl),
    trpcBody,
    recognise,
    respondToRejectedKey,
    liveRoute(context),
    procedures(context, log),
  );
  app.use(
    "/api/media",
    mediaRoute({ platform, viewerOf: (req) => viewerOf(auth, platform.db, fromNodeHeaders(req.headers)) }),
  );
  app.use(
    "/api",
    restRoute({ publicUrl: platform.publicUrl, authenticate: recognise, contextOf: context }),
    deps.misdirected,
    nothingHere,
  );
  app.use(deps.misdirected, consoleRoute(deps.consoleFolder));
  app.use(nothingHere, answerErrors(log));
  return app;
}

const identify: RequestHandler = (_req, res, next) => {
  const requestId = randomUUID();
  res.locals.requestId = requestId;
  res.set("X-Request-Id", requestId);
  next();
};

/** One line and one measurement per answer. Of the URL only the path, and of an invitation's path not the token. */
function observe(metrics: Metrics, log: Logger): RequestHandler {
  return (req, res, next) => {
    const start = performance.now();
    const { method } = req;
    const path = req.path.replace(/^\/join\/.*/, "/join/…");
    const area = /^\/(api\/[a-z]+|healthz|readyz|metrics)/.exec(path)?.[1] ?? "console";
    res.once("close", () => {
      const milliseconds = Math.round(performance.now() - start);
      // A live stream ends when its page does: that is no measure of ours.
      const isStream = String(res.getHeader("Content-Type")).startsWith("text/event-stream");
      if (!isStream) metrics.onRequest(area, res.statusCode, milliseconds);
      const level =
        res.statusCode >= 500 ? "warn" : area === "api/trpc" || area === "api/auth" ? "info" : "debug";
      log[level](
        { requestId: res.locals.requestId, method, path, status: res.statusCode, milliseconds },
        "answered",
      );
    });
    next();
  };
}

function securityHeaders(publicUrl: string): RequestHandler {
  const isSecure = publicUrl.startsWith("https:");
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:", "blob:"],
        connectSrc: ["'self'"],
        fontSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        objectSrc: ["'none'"],
      },
    },
    strictTransportSecurity: isSecure && { maxAge: 365 * 24 * 60 * 60, includeSubDomains: false },
    xFrameOptions: { action: "deny" },
    // Isolation of windows needs a trustworthy origin; elsewhere browsers only complain about these two.
    crossOriginOpenerPolicy: isSecure,
    originAgentCluster: isSecure,
  });
}

/** What the procedures are given of a request. */
function contextOf({ platform, log }: AppDependencies) {
  const reported = new WeakSet<object>();
  const report = (requestId: string, error: unknown, path: string | undefined) => {
    if (error instanceof Error) {
      if (reported.has(error)) return;
      reported.add(error);
    }
    log.error({ err: error, requestId, path }, "A procedure failed");
  };
  return (req: Request, res: Response): TrpcContext => {
    const { requestId, viewer = null } = res.locals as Locals;
    return {
      platform,
      viewer,
      requestId,
      ip: req.ip ?? null,
      report: (error, path) => report(requestId, error, path),
      onRefusal: (reason, procedure) => {
        const { userId = null, organizationId = null } = viewer ?? {};
        log.info({ requestId, procedure, reason, userId, organizationId, ip: req.ip }, "refused");
      },
    };
  };
}

/** Read here, because tRPC's own reader goes on reading a body that is too long. */
const read = readBody(MAX_BODY);
const trpcBody: RequestHandler = (req, res, next) =>
  read(req, res, (error?: unknown) => {
    const status = (error as { status?: unknown } | undefined)?.status;
    if (status === 413)
      return rejectRequest(
        res,
        413,
        "PAYLOAD_TOO_LARGE",
        `The body is longer than ${MAX_BODY / 1024} KB. Send less.`,
      );
    if (status === 415)
      return rejectRequest(res, 415, "UNSUPPORTED_MEDIA_TYPE", "Send JSON in UTF-8, not compressed.");
    if (error) return next(error);
    if (!Buffer.isBuffer(req.body)) return next();
    const problem = jsonLimitViolation(req.body);
    if (problem !== null) return rejectRequest(res, 400, "BAD_REQUEST", problem);
    req.body = req.body.toString();
    next();
  });

function procedures(context: ReturnType<typeof contextOf>, log: Logger): RequestHandler {
  return createExpressMiddleware({
    router: appRouter,
    maxBatchSize: MAX_BATCH,
    createContext: ({ req, res }) => context(req, res),
    // What fails in a stream that has begun passes no middleware.
    onError: ({ error, path, ctx }) => {
      if (error.code !== "INTERNAL_SERVER_ERROR") return;
      if (ctx) ctx.report(error.cause ?? error, path);
      else log.error({ err: error, path }, "A procedure failed");
    },
  });
}

const nothingHere: RequestHandler = (_req, res) => {
  res.status(404).json({ code: "NOT_FOUND", message: "There is nothing here." });
};

/** Whatever happened is in the log under the request's id; the answer says only that. */
function answerErrors(log: Logger): ErrorRequestHandler {
  return (error, req, res, next) => {
    // Whoever asked has left: nobody is there to answer, and nothing failed.
    if (req.socket.destroyed) return void res.destroy();
    if (res.headersSent) return next(error);
    const status: unknown = error?.status;
    if (typeof status === "number" && status >= 400 && status < 500) {
      const code = status === 404 ? "NOT_FOUND" : "BAD_REQUEST";
      return void res.status(status).json({ code, message: "This request cannot be answered." });
    }
    const { requestId = randomUUID() } = res.locals as Partial<Locals>;
    log.error({ err: error, requestId, path: req.path }, "A request failed");
    const unavailable = asDatabaseUnavailable(error);
    if (unavailable)
      return rejectRequest(res, 503, "SERVICE_UNAVAILABLE", unavailable.message, unavailable.reason);
    rejectRequest(
      res,
      500,
      "INTERNAL_SERVER_ERROR",
      `Something went wrong on our side. Try again; if it stays, give your operator this id: ${requestId}`,
    );
  };
}
