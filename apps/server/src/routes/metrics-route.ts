import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { RequestHandler } from "express";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

interface Levels {
  /** Webhooks that wait to be stored. */
  waiting: () => number;
  /** Open live streams. */
  subscribers: () => number;
  /** Work that waits or failed. */
  jobs: () => Promise<{ name: string; state: string; count: number }[]>;
}

/** A database that is away must not take the other figures along. */
const JOBS_MS = 1_000;

export function createMetrics({ waiting, subscribers, jobs }: Levels) {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const registers = [register];
  const webhooks = new Counter({
    name: "waystation_webhooks_total",
    help: "Webhook requests by their answer",
    labelNames: ["answer"],
    registers,
  });
  const batchSize = new Histogram({
    name: "waystation_ingest_batch_size",
    help: "Webhooks stored in one commit",
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
    registers,
  });
  const batchSeconds = new Histogram({
    name: "waystation_ingest_batch_seconds",
    help: "Time to store one batch of webhooks",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const repeats = new Counter({
    name: "waystation_webhook_repeats_total",
    help: "Webhooks that were stored before",
    registers,
  });
  const retries = new Counter({
    name: "waystation_ingest_retries_total",
    help: "Batches of webhooks that the database did not take and that went again",
    registers,
  });
  const mailFailures = new Counter({
    name: "waystation_mail_failures_total",
    help: "Mails that the mail server did not take",
    registers,
  });
  const unprojected = new Gauge({
    name: "waystation_webhooks_unprojected",
    help: "Webhooks that are stored and not in the inbox, because the database refused their projection",
    registers,
  });
  const requests = new Histogram({
    name: "waystation_http_request_seconds",
    help: "Time to answer an HTTP request",
    labelNames: ["area", "status"],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  new Gauge({
    name: "waystation_ingest_waiting",
    help: "Webhooks that wait to be stored",
    registers,
    collect() {
      this.set(waiting());
    },
  });
  new Gauge({
    name: "waystation_live_streams",
    help: "Open live streams of consoles",
    registers,
    collect() {
      this.set(subscribers());
    },
  });
  new Gauge({
    name: "waystation_jobs",
    help: "Jobs of the queue by their state, as counted within the last minute",
    labelNames: ["queue", "state"],
    registers,
    async collect() {
      const late = new Promise<[]>((resolve) => setTimeout(resolve, JOBS_MS, []).unref());
      const depths = await Promise.race([jobs().catch(() => []), late]);
      this.reset();
      for (const { name, state, count } of depths) this.set({ queue: name, state }, count);
    },
  });
  const byAnswer = new Map<string, Counter.Internal>();
  return {
    countWebhook(answer: string) {
      // Looking the series up by its labels costs more than counting.
      const counter = byAnswer.get(answer) ?? webhooks.labels(answer);
      byAnswer.set(answer, counter);
      counter.inc();
    },
    onBatch(size: number, fresh: number, milliseconds: number) {
      batchSize.observe(size);
      batchSeconds.observe(milliseconds / 1000);
      repeats.inc(size - fresh);
    },
    countRetry: () => retries.inc(),
    countMailFailure: () => mailFailures.inc(),
    countUnprojected: () => unprojected.inc(),
    /** What a later try left over. */
    setUnprojected: ({ left }: { left: number }) => unprojected.set(left),
    onRequest: (area: string, status: number, milliseconds: number) =>
      requests.observe({ area, status: String(status) }, milliseconds / 1000),
    contentType: register.contentType,
    text: () => register.metrics(),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

/** With a token, for its holder; without one, for this machine alone. */
export function metricsRoute(metrics: Metrics, token: string | null): RequestHandler {
  return async (req, res) => {
    const allowed = token
      ? isSame(req.get("authorization") ?? "", `Bearer ${token}`)
      : isLoopback(req.socket.remoteAddress) && !isForwarded(req.headers);
    if (!allowed) {
      if (token) res.set("WWW-Authenticate", "Bearer");
      return void res
        .status(token ? 401 : 403)
        .json({ code: "NOT_ALLOWED", message: "Metrics are for this machine, or for METRICS_TOKEN." });
    }
    res
      .set("Cache-Control", "no-store")
      .type(metrics.contentType)
      .send(await metrics.text());
  };
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function isLoopback(address = ""): boolean {
  const plain = address.replace(/^::ffff:/, "");
  return plain === "::1" || (isIP(plain) === 4 && plain.startsWith("127."));
}

/** A proxy on this machine speaks for everybody. */
function isForwarded(headers: NodeJS.Dict<string | string[]>): boolean {
  return ["forwarded", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "via"].some(
    (name) => name in headers,
  );
}
