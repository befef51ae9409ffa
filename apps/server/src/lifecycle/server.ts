import { type ChangeFeed, createChangeFeed } from "@waystation/core/change-feed/change-feed";
import type { Installation } from "@waystation/core/context";
import { type JobQueue, startJobs } from "@waystation/core/jobs/jobs";
import { createPublicIds, ensurePublicIdKey } from "@waystation/core/public-ids";
import type { OpenedDatabase } from "@waystation/db/client";
import { ensurePartitions } from "@waystation/db/partitions";
import { MAX_NOTIFY_BYTES, openPgNotify, type PgNotify } from "@waystation/db/postgres/pg-notify";
import { DatabaseRequirementError } from "@waystation/db/postgres/requirements";
import { SessionSetupError } from "@waystation/db/postgres/session";
import { publishAccessChange } from "@waystation/identity/access";
import { ensureSetupToken } from "@waystation/identity/setup/token";
import { recheckDueConnections } from "@waystation/whatsapp/connections/health/recheck-connections";
import { watchTestClock } from "@waystation/whatsapp/connections/simulator-clock";
import { createMessageSender, type SendStage } from "@waystation/whatsapp/inbox/sending/outbox";
import { removeUnsentUploads } from "@waystation/whatsapp/media/uploads/remove-unsent";
import { createWebhookIngest } from "@waystation/whatsapp/webhooks/ingest";
import { retryUnprojected } from "@waystation/whatsapp/webhooks/rebuild";
import { createRejectionLog } from "@waystation/whatsapp/webhooks/rejections";
import { createAuth } from "../auth/auth.ts";
import { createExpressApp } from "../http/app.ts";
import { closeServer, createHttpServer, endConnection, listenOnPort } from "../http/http-server.ts";
import { builtConsoleFolder } from "../routes/console-route.ts";
import { createMetrics } from "../routes/metrics-route.ts";
import { createMisdirectedRoute } from "../routes/misdirected-route.ts";
import { createMisdirectedWarning } from "../routes/misdirected-warning.ts";
import { createWebhookRoute } from "../routes/webhook-route.ts";
import type { ServerConfig } from "./config.ts";
import type { Logger } from "./logger.ts";
import { reserveDatabase } from "./open-database.ts";
import { maintainSearchIndex } from "./search-index.ts";
import { loadSecrets, type Secrets } from "./secrets.ts";
import { createSmtpMailer } from "./smtp-mailer.ts";
import { StartError } from "./start-error.ts";

export interface RunningServer {
  /** Where this machine reaches it. */
  url: string;
  /** Where the first visitor begins; null once there is an owner. */
  setupLink: string | null;
  store: OpenedDatabase;
  /** Ends what is under way within ten seconds, then closes everything. */
  stop(): Promise<void>;
}

interface ServerOptions {
  /** Takes the next free port when the configured one is taken. */
  mayMovePort?: boolean;
  /** Called once the port is known, before anything works behind it. */
  onAddress?: (publicUrl: string) => void;
}

const DRAIN_MS = 9_500;
/** So long a balancer may need to see that it is to send nothing more here. */
const FAREWELL_MS = 2_000;
const RECHECK_MS = 5 * 60_000;
const HEALTH_MS = 2_000;
/** So long may it take at the start until every kind of connection is there. */
const START_MS = 15_000;
const COMPLAINT_MS = 5_000;

/**
 * Everything, in the order in which it can fail without harm: the data folder's lock, the port, the database, its
 * migrations, the keys. Throws a StartError with a sentence for the operator.
 */
export async function startServer(
  config: ServerConfig & ServerOptions,
  log: Logger,
  /** Called while a message is sent: for whoever wants to see it die there. Nothing of the product gives one. */
  reached?: (stage: SendStage) => void,
): Promise<RunningServer> {
  await using undo = new AsyncDisposableStack();
  const reserved = reserveDatabase(config);
  undo.defer(() => reserved.release());
  const http = createHttpServer();
  const port = await listenOnPort(http.server, config.port, config.mayMovePort);
  undo.defer(() => closeServer(http.server));
  const url = `http://localhost:${port}`;
  const publicUrl = config.publicUrl ?? url;
  config.onAddress?.(publicUrl);

  const store = await reserved.open();
  undo.defer(() => store.close());
  for (const warning of store.warnings) log.warn(warning);
  await migrate(store);
  const secrets = await loadSecrets(config, store.db, log);
  const token = await ensureSetupToken(store.db, config.setupToken);
  const publicIds = createPublicIds(await ensurePublicIdKey(store.db));
  const queue = await startJobs(store, (error) => log.error({ err: error }, "The job queue failed"));
  undo.defer(() => queue.stop());
  await enableRowLevelSecurity(store);
  const inner = assemble(
    { ...config, publicUrl },
    store,
    { ...secrets, publicIds },
    queue,
    log,
    http.isDraining,
  );
  queue.work(createMessageSender(inner.platform, reached));
  http.serve(inner.app);
  undo.move();
  log.info({ url, publicUrl, database: store.kind }, "Waystation is ready");

  const stop = async () => {
    log.info("Stopping");
    const deadline = AbortSignal.timeout(DRAIN_MS);
    await http.drain(deadline, config.production ? FAREWELL_MS : 0);
    await Promise.all([inner.stop(deadline), Promise.race([queue.stop(), endConnection(deadline)])]);
    await store.close();
    log.info("Stopped");
  };
  let stopped: Promise<void> | null = null;
  return {
    url,
    setupLink: token && `${publicUrl}/setup?token=${encodeURIComponent(token)}`,
    store,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

async function migrate(store: OpenedDatabase): Promise<void> {
  try {
    await store.migrate();
    await ensurePartitions(store);
  } catch (error) {
    const { cause = error } = error as Error;
    throw new StartError(
      `The database cannot be brought up to date (${cause instanceof Error ? cause.message : cause}). Give its user the right to create tables, or put a backup back.`,
      { cause: error },
    );
  }
}

/** Request code must not be served before the database holds organisations apart. */
async function enableRowLevelSecurity(store: OpenedDatabase): Promise<void> {
  try {
    await store.enableRowLevelSecurity();
    const problem = await store.check(START_MS);
    if (problem !== null) throw new SessionSetupError(`${problem}.`);
  } catch (error) {
    const isOurs = error instanceof DatabaseRequirementError || error instanceof SessionSetupError;
    throw new StartError(
      isOurs
        ? error.message
        : `Row-level security cannot be verified (${error instanceof Error ? error.message : error}). Look at the database's log, then start again.`,
      { cause: error },
    );
  }
}

/** What works behind the port. */
function assemble(
  config: ServerConfig & { publicUrl: string },
  store: OpenedDatabase,
  secrets: Secrets & Pick<Installation, "publicIds">,
  queue: JobQueue,
  log: Logger,
  isDraining: () => boolean,
) {
  const { publicUrl } = config;
  const report = (error: unknown) => log.error({ err: error }, "Something failed");
  const complain = seldom((error: unknown) =>
    log.warn({ err: error }, "The database did not take webhooks; they go again"),
  );
  const { feed, notices } = openFeed(store);
  const ingest = createWebhookIngest(store, feed, {
    onBatch: (...batch) => metrics.onBatch(...batch),
    onRetry: (error) => {
      metrics.countRetry();
      complain(error);
    },
    onUnprojected: (error) => {
      metrics.countUnprojected();
      report(error);
    },
  });
  const metrics = createMetrics({
    waiting: ingest.waiting,
    subscribers: feed.subscribers,
    jobs: queue.depths,
  });
  const rejections = createRejectionLog(store, feed, report);
  const onMailFailure = (error: unknown) => {
    metrics.countMailFailure();
    log.error({ err: error }, "A mail could not be sent");
  };
  const platform: Installation = {
    db: store.db,
    query: store.query,
    queryUnprepared: store.queryUnprepared,
    within: store.within,
    keyring: secrets.keyring,
    feed,
    jobs: queue.jobs,
    publicUrl,
    simulatorUrl: config.simulatorUrl,
    embedded: store.kind === "embedded",
    sendMail: config.smtpUrl ? createSmtpMailer(config.smtpUrl, publicUrl, onMailFailure) : null,
    linkSecret: secrets.linkSecret,
    publicIds: secrets.publicIds,
  };
  const isHealthy = oneAtATime(async () => (await store.check(HEALTH_MS)) === null);
  const warnOfMisdirected = createMisdirectedWarning(log, publicUrl);
  const app = createExpressApp({
    platform,
    auth: createAuth({
      db: store.db,
      keyring: secrets.keyring,
      publicUrl,
      secret: secrets.authSecret,
      report,
      log,
      onSessionsEnded: (userId) => publishAccessChange(platform, userId),
    }),
    webhooks: createWebhookRoute({
      platform,
      ingest,
      rejections,
      isHealthy,
      count: metrics.countWebhook,
      warnOfMisdirected,
      report,
    }),
    misdirected: createMisdirectedRoute(
      { platform, rejections, count: metrics.countWebhook, warnOfMisdirected, report },
      "wrong_path",
    ),
    metrics,
    metricsToken: config.metricsToken,
    trustProxy: config.trustProxy,
    production: config.production,
    consoleFolder: builtConsoleFolder,
    whyNotReady: oneAtATime(async () => {
      if (isDraining()) return "The server is stopping";
      const problems = await Promise.all([
        store.check(HEALTH_MS),
        notices?.check(HEALTH_MS) ?? null,
        whyNotMigrated(store),
      ]);
      return problems.find((problem) => problem !== null) ?? null;
    }),
    log,
  });

  let rechecking: Promise<unknown> = Promise.resolve();
  const recheck = () => {
    rechecking = Promise.all([
      recheckDueConnections(platform),
      ensurePartitions(store),
      removeUnsentUploads(store.db),
      retryUnprojected(store).then(metrics.setUnprojected),
    ]).catch(report);
  };
  recheck();
  const timer = setInterval(recheck, RECHECK_MS);
  const endClock = watchTestClock(platform);
  const searchIndex = maintainSearchIndex(store, log, report);
  return {
    app,
    platform,
    stop: async (deadline: AbortSignal) => {
      clearInterval(timer);
      endClock();
      await Promise.race([
        Promise.all([ingest.drained(), rejections.flush().catch(report), rechecking, searchIndex.stop()]),
        endConnection(deadline),
      ]);
      await feed.close();
    },
  };
}

/** On a database that other processes may use too, with a connection to them. */
function openFeed({ native }: OpenedDatabase): { feed: ChangeFeed; notices: PgNotify | null } {
  if (native.kind === "embedded") return { feed: createChangeFeed(), notices: null };
  const { directUrl } = native;
  let notices: PgNotify | null = null;
  const feed = createChangeFeed({
    open: (handlers) => {
      notices = openPgNotify(directUrl, handlers);
      return notices;
    },
    maxBytes: MAX_NOTIFY_BYTES,
  });
  return { feed, notices };
}

/** While the database is away, the same complaint would come ten times a second. */
function seldom<Argument>(action: (argument: Argument) => void): (argument: Argument) => void {
  let next = 0;
  return (argument) => {
    if (performance.now() < next) return;
    next = performance.now() + COMPLAINT_MS;
    action(argument);
  };
}

/** Anybody may ask, as often as they like: whoever asks meanwhile is given the same answer. */
function oneAtATime<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let asking: Promise<Answer> | null = null;
  return () => {
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
}

async function whyNotMigrated(store: OpenedDatabase): Promise<string | null> {
  try {
    const pending = await Promise.race([
      store.pendingMigrations(),
      endConnection(AbortSignal.timeout(HEALTH_MS)),
    ]);
    if (pending?.length === 0) return null;
    return pending ? "The database lacks migrations" : "The database does not answer";
  } catch {
    return "The database does not answer";
  }
}
