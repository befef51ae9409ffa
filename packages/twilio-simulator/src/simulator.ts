import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Express } from "express";
import { routeControl } from "./control/app.ts";
import { createAccount, type NewAccount } from "./control/create-account.ts";
import { listMessages, type MessageFilter } from "./control/list-messages.ts";
import { type IncomingResult, sendIncoming } from "./control/send-incoming.ts";
import { setWebhook, type WebhookInput } from "./control/set-webhook.ts";
import { type AccountView, showAccount } from "./control/show-account.ts";
import {
  type DeliveryFilter,
  type DeliveryView,
  listDeliveries,
  showDelivery,
} from "./control/show-delivery.ts";
import { removeRules, type SignWithKeyInput, signWithKey } from "./control/sign-with-key.ts";
import type { IncomingInput } from "./incoming/receive-message.ts";
import { routeRest } from "./rest/app.ts";
import { createSampleDayPlayer, type SampleDay, type SampleDayInput } from "./sample-day/play-day.ts";
import { servePage } from "./serve-page.ts";
import { type Chaos, calm, changeChaos } from "./state/chaos.ts";
import { type ClockMove, createClock } from "./state/clock.ts";
import { type Context, naturalPace, type Pace, type State } from "./state/context.ts";
import { createFeed, type FeedEvent } from "./state/feed.ts";
import { promoteToken } from "./state/promote-token.ts";
import { createRandom } from "./state/random.ts";
import { seedAccounts } from "./state/seed.ts";
import { changedAccounts, restoreAccounts, type StoredAccount } from "./state/stored-accounts.ts";
import type { Account, Delivery, Media, Message } from "./state/types.ts";

export type SimulatorOptions = {
  /** Address to bind; default 127.0.0.1. */
  host?: string;
  /** Where clients reach it, when that is not http://localhost:<port>. */
  publicUrl?: string;
  /** Milliseconds between the steps that Twilio takes by itself; 0 for all of them makes tests quick. */
  pace?: Partial<Pace> | 0;
  chaos?: Partial<Chaos>;
  /** Makes SIDs and chaos repeatable. */
  seed?: string;
  /** What the simulator's clock shows at the start. */
  startAt?: Date;
};

export type ClockView = {
  now: string;
  offset: number;
  /** Each time that the clock was moved: when (by the real clock), and its difference from the real one since then. */
  moves: { at: string; offset: number }[];
};
export type ClockChange = { advance?: number; set?: string; reset?: boolean };

export type Simulator = AsyncDisposable & {
  readonly app: Express;
  /** http://localhost:<port>, from `start` on. */
  readonly url: string;
  start(port?: number): Promise<string>;
  stop(): Promise<void>;
  listAccounts(): AccountView[];
  createAccount(input?: NewAccount): AccountView;
  sendIncoming(input: IncomingInput & { wait?: boolean }): Promise<IncomingResult>;
  setWebhook(input: WebhookInput): AccountView;
  /** Newest first. */
  listDeliveries(filter?: DeliveryFilter): DeliveryView[];
  /** Oldest first. */
  listMessages(filter?: MessageFilter): Message[];
  /** How often a media file was asked for, by whatever answer. */
  countMediaRequests(): number;
  setChaos(change: Partial<Chaos>): Chaos;
  readClock(): ClockView;
  setClock(change: ClockChange): ClockView;
  createSecondaryToken(accountSid: string): AccountView;
  promoteToken(accountSid: string): AccountView;
  /** Makes a shared key with its setting and rule: from soon on it signs the account's webhooks. */
  signWithSharedKey(input: SignWithKeyInput): ReturnType<typeof signWithKey>;
  /** Soon the Auth Token signs again. */
  removeWebhookRules(accountSid: string): AccountView;
  /** Starts a day of incoming messages, or changes the speed of the one that runs. */
  playSampleDay(input?: SampleDayInput): SampleDay;
  sampleDay(): SampleDay;
  stopSampleDay(): SampleDay;
  subscribe(listener: (event: FeedEvent) => void): () => void;
  /** What Twilio does not forget, to be given to `restore` of a simulator that is started later. */
  memory(): Memory;
  restore(memory: Memory): void;
  /** Resolves with the first delivery, past or future, that has ended and fits. */
  waitForDelivery(fits: (delivery: DeliveryView) => boolean): Promise<DeliveryView>;
  /** Resolves when no webhook is under way and none is due soon. */
  settle(): Promise<void>;
  reset(): void;
};

/** The state that outlives a restart of the simulator. */
export type Memory = {
  clock: ClockMove[];
  /** When each customer wrote last to a sender, by the simulator's clock. */
  windows: [customer: string, at: number][];
  /** Oldest first. */
  media: Media[];
  accounts: StoredAccount[];
};

const soon = 30_000;

export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const pace =
    options.pace === 0
      ? (Object.fromEntries(Object.keys(naturalPace).map((step) => [step, 0])) as Pace)
      : { ...naturalPace, ...options.pace };
  let url = options.publicUrl ?? "http://localhost";
  const ctx: Context = {
    state: seedState(),
    clock: createClock(options.startAt?.getTime()),
    random: createRandom(options.seed),
    chaos: { ...calm, ...options.chaos },
    feed: createFeed(),
    pace,
    url: () => url,
    outbound: { underway: new Set(), stop: new AbortController() },
  };
  const player = createSampleDayPlayer(ctx);
  const app = express();
  let server: Server | undefined;

  function accountWith(sid: string): Account {
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
    listAccounts: () => [...ctx.state.accounts.values()].map(showAccount),
    createAccount: (input) => showAccount(createAccount(ctx, input)),
    sendIncoming: (input) => sendIncoming(ctx, input),
    setWebhook: (input) => showAccount(setWebhook(ctx, input)),
    listDeliveries: (filter) => listDeliveries(ctx, filter),
    listMessages: (filter) => listMessages(ctx, filter),
    countMediaRequests: () => ctx.state.mediaRequests,
    setChaos(change) {
      const complaint = changeChaos(ctx.chaos, change);
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
      return showAccount(account);
    },
    promoteToken(sid) {
      const account = accountWith(sid);
      if (!promoteToken(ctx, account)) throw new RangeError(`${sid} has no secondary token`);
      return showAccount(account);
    },
    signWithSharedKey: (input) => signWithKey(ctx, accountWith(input.accountSid), input),
    removeWebhookRules(sid) {
      const account = accountWith(sid);
      removeRules(ctx, account);
      return showAccount(account);
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
      const ended = (delivery: Delivery) => delivery.state !== "pending" && fits(showDelivery(delivery));
      return new Promise((resolve) => {
        const unsubscribe = ctx.feed.subscribe(({ type, data }) => {
          if (type !== "delivery" || !ended(data as Delivery)) return;
          unsubscribe();
          resolve(showDelivery(data as Delivery));
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
      Object.assign(ctx.chaos, calm, options.chaos);
      ctx.feed.publish("reset", {});
    },
  };

  app.disable("x-powered-by").disable("etag");
  app.use("/simulator", routeControl(ctx, simulator));
  app.use(servePage());
  app.use(routeRest(ctx));
  return simulator;
}

function seedState(): State {
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
