import express, { type ErrorRequestHandler, type Request, type Router } from "express";
import {
  CREATE_ERROR_ENDINGS,
  FAILED_RECIPIENT_ENDINGS,
  REJECTED_RECIPIENT_ENDINGS,
  SENTINEL_ACCOUNTS,
  SENTINEL_API_KEYS,
  SENTINEL_SENDERS,
  SENTINEL_SERVICE,
  SENTINEL_TEMPLATES,
  SENTINEL_TOKENS,
  VERIFIED_TRIAL_RECIPIENT,
} from "../sentinels.ts";
import type { Simulator } from "../simulator.ts";
import type { SimulatorContext } from "../state/context.ts";
import type { SimulatorDelivery } from "../state/types.ts";
import { incomingKinds } from "../webhooks/incoming-params.ts";
import { streamEvents } from "./stream-events.ts";

type Body = Record<string, unknown>;

const SENTINELS = {
  ACCOUNTS: SENTINEL_ACCOUNTS,
  TOKENS: SENTINEL_TOKENS,
  API_KEYS: SENTINEL_API_KEYS,
  SENDERS: SENTINEL_SENDERS,
  SERVICE: SENTINEL_SERVICE,
  TEMPLATES: SENTINEL_TEMPLATES,
  VERIFIED_TRIAL_RECIPIENT,
  REFUSED_ENDINGS: REJECTED_RECIPIENT_ENDINGS,
  FAILING_ENDINGS: FAILED_RECIPIENT_ENDINGS,
  CREATE_ENDINGS: CREATE_ERROR_ENDINGS,
};

/** The simulator's own JSON API under /simulator. One route per method of the simulator. */
export function routeControl(ctx: SimulatorContext, simulator: Simulator): Router {
  const router = express.Router();
  // Accepts JSON only: a page of another origin cannot send JSON without a CORS preflight, and preflights get no CORS headers.
  router.use(express.json({ limit: "30mb" }));
  const text = (req: Request, name: string) =>
    typeof req.query[name] === "string" && req.query[name] !== "" ? req.query[name] : undefined;
  const limit = (req: Request) => (text(req, "limit") ? Number(text(req, "limit")) : undefined);

  router.get(
    "/accounts",
    (_req, res) => void res.json({ url: ctx.url(), accounts: simulator.listAccounts() }),
  );
  router.post(
    "/accounts",
    (req, res) => void res.status(201).json(simulator.createAccount((req.body ?? {}) as Body)),
  );
  router.get("/sentinels", (_req, res) => void res.json(SENTINELS));

  router.post("/incoming", async (req, res) => {
    res.json(await simulator.sendIncoming(readIncoming(req)));
  });
  router.post("/webhook", (req, res) => void res.json(simulator.setWebhook(req.body)));

  router.get("/deliveries", (req, res) => {
    const filter = {
      accountSid: text(req, "accountSid"),
      messageSid: text(req, "messageSid"),
      kind: text(req, "kind") as SimulatorDelivery["kind"] | undefined,
    };
    res.json({ deliveries: simulator.listDeliveries({ ...filter, limit: limit(req) }) });
  });
  router.get("/messages", (req, res) => {
    const direction = text(req, "direction") as "inbound" | "outbound" | undefined;
    const filter = {
      accountSid: text(req, "accountSid"),
      business: text(req, "business"),
      customer: text(req, "customer"),
      direction,
    };
    res.json({ messages: simulator.listMessages({ ...filter, limit: limit(req) }) });
  });
  // Serves media to the phone view. Twilio's own media URL requires credentials and redirects.
  router.get("/media/:sid", (req, res) => {
    const media = ctx.state.media.get(req.params.sid);
    if (!media) res.status(404).json({ error: "no such media" });
    else res.set("Content-Security-Policy", "sandbox").type(media.contentType).send(media.bytes);
  });

  router.get("/chaos", (_req, res) => void res.json(ctx.chaos));
  router.post("/chaos", (req, res) => void res.json(simulator.setChaos(req.body ?? {})));

  router.get("/clock", (_req, res) => void res.json(simulator.readClock()));
  router.post("/clock", (req, res) => void res.json(simulator.setClock(req.body ?? {})));

  router.post(
    "/tokens/secondary",
    (req, res) => void res.status(201).json(simulator.createSecondaryToken(accountSid(req))),
  );
  router.post("/tokens/promote", (req, res) => void res.json(simulator.promoteToken(accountSid(req))));

  router.post(
    "/shared-keys",
    (req, res) => void res.status(201).json(simulator.signWithSharedKey(req.body ?? {})),
  );
  router.delete("/webhook-rules", (req, res) => void res.json(simulator.removeWebhookRules(accountSid(req))));

  router.get("/sample-day", (_req, res) => void res.json(simulator.sampleDay()));
  router.post(
    "/sample-day",
    (req, res) => void res.status(202).json(simulator.playSampleDay(req.body ?? {})),
  );
  router.delete("/sample-day", (_req, res) => void res.json(simulator.stopSampleDay()));

  router.post("/reset", (_req, res) => {
    simulator.reset();
    res.status(204).end();
  });
  router.get("/events", (req, res) => streamEvents(ctx, req, res));

  router.use((_req, res) => void res.status(404).json({ error: "no such route" }));
  router.use(answerError);
  return router;
}

const accountSid = (req: Request) => String((req.body as Body | undefined)?.accountSid ?? "");

function readIncoming(req: Request): Parameters<Simulator["sendIncoming"]>[0] {
  const body = req.body as Body | undefined;
  if (typeof body?.to !== "string" || typeof body.from !== "string")
    throw new RangeError("to and from are required");
  const { kind } = body;
  if (kind !== undefined && !incomingKinds.some((known) => known === kind))
    throw new RangeError(`kind is one of ${incomingKinds.join(", ")}`);
  return body as Parameters<Simulator["sendIncoming"]>[0];
}

/** Invalid input is thrown as a RangeError with a readable message. */
const answerError: ErrorRequestHandler = (error, _req, res, _next) => {
  const status = error instanceof RangeError ? 400 : typeof error?.status === "number" ? error.status : 500;
  res.status(status).json({ error: error instanceof Error ? error.message : "unknown error" });
};
