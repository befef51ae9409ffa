import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Express } from "express";
import { routeControl } from "./control/app.ts";
import { createSimulatorAccount, type NewSimulatorAccount } from "./control/create-account.ts";
import { listControlMessages, type MessageFilter } from "./control/list-messages.ts";
import { type IncomingResult, sendIncoming } from "./control/send-incoming.ts";
import { setControlWebhook, type WebhookInput } from "./control/set-webhook.ts";
import { type SimulatorAccountView, viewSimulatorAccount } from "./control/show-account.ts";
import {
  type DeliveryFilter,
  type DeliveryView,
  listDeliveries,
  showDelivery,
} from "./control/show-delivery.ts";
import { removeRules, type SignWithKeyInput, signWithKey } from "./control/sign-with-key.ts";
import type { IncomingMessageInput } from "./incoming/receive-message.ts";
import { routeRest } from "./rest/app.ts";
import { createSampleDayPlayer, type SampleDay, type SampleDayInput } from "./sample-day/play-day.ts";
import { serveSimulatorPage } from "./serve-page.ts";
import { changeInjectedFaults, type InjectedFaults, noInjectedFaults } from "./state/chaos.ts";
import { type ClockMove, createSimulatorClock } from "./state/clock.ts";
import {
  type DeliveryPace,
  realisticPace,
  type SimulatorContext,
  type SimulatorState,
} from "./state/context.ts";
import { createSimulatorFeed, type SimulatorFeedEvent } from "./state/feed.ts";
import { promoteToken } from "./state/promote-token.ts";
import { createRandom } from "./state/random.ts";
import { seedAccounts } from "./state/seed.ts";
import { changedAccounts, restoreAccounts, type StoredAccount } from "./state/stored-accounts.ts";
import type { SimulatorAccount, SimulatorDelivery, SimulatorMedia, SimulatorMessage } from "./state/types.ts";

export type SimulatorOptions = {
  /** Address to bind. Default: 127.0.0.1. */
  host?: string;
  /** Public base URL. Default: http://localhost:<port>. */
  publicUrl?: string;
  /** Delays, in milliseconds, of the transitions that Twilio makes on its own. 0 sets all delays to zero, for fast tests. */
  pace?: Partial<DeliveryPace> | 0;
  chaos?: Partial<InjectedFaults>;
  /** Makes SIDs and injected faults reproducible. */
  seed?: string;
  /** Initial time of the simulator's clock. */
  startAt?: Date;
};

type SimulatorClockView = {
  now: string;
  offset: number;
  /** Every change of the clock: the real time of the change and the offset from then on. */
  moves: { at: string; offset: number }[];
};
type SimulatorClockChange = { advance?: number; set?: string; reset?: boolean };

export type Simulator = AsyncDisposable & {
  readonly app: Express;
  /** http://localhost:<port>. Available after `start`. */
  readonly url: string;
  start(port?: number): Promise<string>;
  stop(): Promise<void>;
  listAccounts(): SimulatorAccountView[];
  createAccount(input?: NewSimulatorAccount): SimulatorAccountView;
  sendIncoming(input: IncomingMessageInput & { wait?: boolean }): Promise<IncomingResult>;
  setWebhook(input: WebhookInput): SimulatorAccountView;
  /** Newest first. */
  listDeliveries(filter?: DeliveryFilter): DeliveryView[];
  /** Oldest first. */
  listMessages(filter?: MessageFilter): SimulatorMessage[];
  /** Number of requests for media files, whatever the response. */
  countMediaRequests(): number;
  setChaos(change: Partial<InjectedFaults>): InjectedFaults;
  readClock(): SimulatorClockView;
  setClock(change: SimulatorClockChange): SimulatorClockView;
  createSecondaryToken(accountSid: string): SimulatorAccountView;
  promoteToken(accountSid: string): SimulatorAccountView;
  /** Creates a shared key with a setting and a rule. Signs the account's webhooks with it after a short delay. */
  signWithSharedKey(input: SignWithKeyInput): ReturnType<typeof signWithKey>;
  /** After a short delay, the Auth Token signs webhooks again. */
  removeWebhookRules(accountSid: string): SimulatorAccountView;
  /** Starts a day of incoming messages, or changes the speed of the running day. */
  playSampleDay(input?: SampleDayInput): SampleDay;
  sampleDay(): SampleDay;
  stopSampleDay(): SampleDay;
  subscribe(listener: (event: SimulatorFeedEvent) => void): () => void;
  /** The state that Twilio would retain. Pass it to `restore` of a later simulator. */
  memory(): SimulatorMemory;
  restore(memory: SimulatorMemory): void;
  /** Resolves with the first completed delivery that matches, whether past or future. */
  waitForDelivery(fits: (delivery: DeliveryView) => boolean): Promise<DeliveryView>;
  /** Resolves when no webhook is in flight and none is due soon. */
  settle(): Promise<void>;
  reset(): void;
};

/** State that survives a restart of the simulator. */
export type SimulatorMemory = {
  clock: ClockMove[];
  /** Time of each customer's last message to a sender, on the simulator's clock. */
  windows: [customer: string, at: number][];
  /** Oldest first. */
  media: SimulatorMedia[];
  accounts: StoredAccount[];
};

const soon = 30_000;

export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const pace =
    options.pace === 0
      ? (Object.fromEntries(Object.keys(realisticPace).map((step) => [step, 0])) as DeliveryPace)
      : { ...realisticPace, ...options.pace };
  let url = options.publicUrl ?? "http://localhost";
  const ctx: SimulatorContext = {
    state: seedState(),
    clock: createSimulatorClock(options.startAt?.getTime()),
    random: createRandom(options.seed),
    chaos: { ...noInjectedFaults, ...options.chaos },
    feed: createSimulatorFeed(),
    pace,
    url: () => url,
    outbound: { underway: new Set(), stop: new AbortController() },
  };
  const player = createSampleDayPlayer(ctx);
  const app = express();
  let server: Server | undefined;

  function accountWith(sid: string): SimulatorAccount {
    const account = ctx.state.accounts.get(sid);
    if (!account) throw new RangeError(`no account ${sid}`);
    return account;
  }

  function cutOff() {
    ctx.outbound.stop.abort();
    ctx.outbound = { underway: new Set(), stop: new AbortController() };
  }

  const simulator: Simulator = {
    app,
    get url() {
      return url;
    },
    async start(port = 0) {
      const created = createServer(app);
      server = created;
      const ready = Promise.withResolvers<void>();
      created.once("error", ready.reject);
      created.listen(port, options.host ?? "127.0.0.1", ready.resolve);
      await ready.promise;
      if (!options.publicUrl) url = `http://localhost:${(created.address() as AddressInfo).port}`;
      return url;
    },
    async stop() {
      player.stop();
      ctx.clock.clear();
      cutOff();
      const closing = server;
      server = undefined;
      if (!closing) return;
      const closed = new Promise<void>((resolve) => closing.close(() => resolve()));
      closing.closeAllConnections();
      await closed;
    },
    [Symbol.asyncDispose]: () => simulator.stop(),
    listAccounts: () => [...ctx.state.accounts.values()].map(viewSimulatorAccount),
    createAccount: (input) => viewSimulatorAccount(createSimulatorAccount(ctx, input)),
    sendIncoming: (input) => sendIncoming(ctx, input),
    setWebhook: (input) => viewSimulatorAccount(setControlWebhook(ctx, input)),
    listDeliveries: (filter) => listDeliveries(ctx, filter),
    listMessages: (filter) => listControlMessages(ctx, filter),
    countMediaRequests: () => ctx.state.mediaRequests,
    setChaos(change) {
      const complaint = changeInjectedFaults(ctx.chaos, change);
      if (complaint) throw new RangeError(complaint);
      ctx.feed.publish("chaos", ctx.chaos);
      return { ...ctx.chaos };
    },
    readClock: () => ({
      now: new Date(ctx.clock.now()).toISOString(),
      offset: ctx.clock.offset(),
      moves: ctx.clock.moves().map(({ at, offset }) => ({ at: new Date(at).toISOString(), offset })),
    }),
    setClock({ advance, set, reset }) {
      if (reset) ctx.clock.move((options.startAt ? options.startAt.getTime() : Date.now()) - ctx.clock.now());
      if (set !== undefined) {
        const time = Date.parse(set);
        if (Number.isNaN(time)) throw new RangeError("set is a date like 2026-11-23T09:00:00Z");
        ctx.clock.set(time);
      }
      if (advance !== undefined) {
        if (!Number.isFinite(advance)) throw new RangeError("advance is a number of milliseconds");
        ctx.clock.move(advance);
      }
      const view = simulator.readClock();
      ctx.feed.publish("clock", view);
      return view;
    },
    createSecondaryToken(sid) {
      const account = accountWith(sid);
      account.secondaryToken = ctx.random.hex();
      account.secondaryTokenCreated = ctx.clock.now();
      return viewSimulatorAccount(account);
    },
    promoteToken(sid) {
      const account = accountWith(sid);
      if (!promoteToken(ctx, account)) throw new RangeError(`${sid} has no secondary token`);
      return viewSimulatorAccount(account);
    },
    signWithSharedKey: (input) => signWithKey(ctx, accountWith(input.accountSid), input),
    removeWebhookRules(sid) {
      const account = accountWith(sid);
      removeRules(ctx, account);
      return viewSimulatorAccount(account);
    },
    playSampleDay: (input = {}) => player.start(input),
    sampleDay: () => player.progress(),
    stopSampleDay() {
      player.stop();
      return player.progress();
    },
    subscribe: (listener) => ctx.feed.subscribe(listener),
    memory: () => ({
      clock: ctx.clock.moves(),
      windows: [...ctx.state.windows],
      media: [...ctx.state.media.values()],
      accounts: changedAccounts(ctx.state),
    }),
    restore({ clock, windows, media, accounts }) {
      ctx.clock.restore(clock);
      for (const [customer, at] of windows) ctx.state.windows.set(customer, at);
      for (const each of media) ctx.state.media.set(each.sid, each);
      restoreAccounts(ctx, accounts);
    },
    waitForDelivery(fits) {
      const ended = (delivery: SimulatorDelivery) =>
        delivery.state !== "pending" && fits(showDelivery(delivery));
      return new Promise((resolve) => {
        const unsubscribe = ctx.feed.subscribe(({ type, data }) => {
          if (type !== "delivery" || !ended(data as SimulatorDelivery)) return;
          unsubscribe();
          resolve(showDelivery(data as SimulatorDelivery));
        });
        const past = ctx.state.deliveries.find(ended);
        if (!past) return;
        unsubscribe();
        resolve(showDelivery(past));
      });
    },
    async settle() {
      for (;;) {
        const { underway } = ctx.outbound;
        if (underway.size === 0 && ctx.clock.dueWithin(soon) === 0) return;
        if (underway.size > 0) await Promise.allSettled([...underway]);
        else await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    reset() {
      player.stop();
      ctx.clock.reset();
      cutOff();
      ctx.state = seedState();
      Object.assign(ctx.chaos, noInjectedFaults, options.chaos);
      ctx.feed.publish("reset", {});
    },
  };

  app.disable("x-powered-by").disable("etag");
  app.use("/simulator", routeControl(ctx, simulator));
  app.use(serveSimulatorPage());
  app.use(routeRest(ctx));
  return simulator;
}

function seedState(): SimulatorState {
  return {
    accounts: new Map(seedAccounts().map((account) => [account.sid, account])),
    messages: new Map(),
    media: new Map(),
    mediaLinks: new Map(),
    mediaRequests: 0,
    alerts: [],
    deliveries: [],
    windows: new Map(),
  };
}
