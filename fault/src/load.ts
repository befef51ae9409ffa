import { Agent, request } from "node:http";
import { sleep } from "./clock.ts";
import {
  contactNameOf,
  FAULT_CONTACTS,
  type FaultAccount,
  type FaultWebhook,
  incomingWebhook,
  OUTGOING_MESSAGES,
  statusCallback,
  type WebhookStatus,
} from "./fixtures.ts";
import type { Ledger } from "./results/ledger.ts";

/** A status code; or no listener ("refused"), a broken connection ("cut"), no response in time ("timeout"). */
export type LoadCommand = number | "refused" | "cut" | "timeout";

export interface LoadResponse {
  /** Time sent and duration until the response, in ms. */
  at: number;
  milliseconds: number;
  word: LoadCommand;
  /** Connection number of the account. */
  connectionNo: number;
  retryAfter: boolean;
}

export interface WebhookLoadOptions {
  /** Target ports, re-read for each request and used in rotation. */
  ports: () => number[];
  accounts: FaultAccount[];
  ledger: Ledger;
  /** Number of retries after no response or a 5xx, as Twilio does if told to. */
  retries?: number;
  /** Like a load balancer: tries another port when nothing listens. */
  failover?: boolean;
  keepAlive?: boolean;
}

/** Twilio's time-out. */
const PATIENCE_MS = 15_000;
const RETRY_MS = 250;
const MAX_UNDER_WAY = 6_000;
const STATUSES: WebhookStatus[] = ["sent", "delivered", "read", "undelivered", "queued"];

/** Sends signed webhooks and records the responses. */
export class WebhookLoad {
  readonly answers: LoadResponse[] = [];
  /** Names of all keys ever sent. */
  readonly sent = new Set<string>();
  readonly #options: WebhookLoadOptions;
  readonly #agent: Agent;
  readonly #recent: FaultWebhook[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  #turn = 0;
  #made = 0;
  #seed = 12_345;

  constructor(options: WebhookLoadOptions) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: options.keepAlive ?? true });
  }

  /** Sends 40 % messages and 60 % callbacks, and repeats 5 % of all soon after. The rate does not depend on the responses. */
  run(rate: number, milliseconds: number, account?: FaultAccount): Promise<void> {
    return this.runUntil(rate, AbortSignal.timeout(milliseconds), account);
  }

  async runUntil(rate: number, end: AbortSignal, account?: FaultAccount): Promise<void> {
    const start = performance.now();
    for (let count = 0; !end.aborted; ) {
      const now = performance.now() - start;
      for (; count < (now * rate) / 1_000; count++)
        if (this.#underWay.size < MAX_UNDER_WAY) void this.deliver(this.#next(account));
      await sleep(5);
    }
  }

  /** Resolves when every request sent so far has a response or is given up. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Sends a webhook, with Twilio's retries. Returns the last result. */
  async deliver(webhook: FaultWebhook): Promise<LoadCommand> {
    const delivery = this.#deliver(webhook);
    this.#underWay.add(delivery);
    try {
      return await delivery;
    } finally {
      this.#underWay.delete(delivery);
    }
  }

  /** Number of each result among the requests sent between two times. */
  words(from = 0, to = Number.POSITIVE_INFINITY): Map<LoadCommand, number> {
    const words = new Map<LoadCommand, number>();
    for (const { at, word } of this.answers)
      if (at >= from && at <= to) words.set(word, (words.get(word) ?? 0) + 1);
    return words;
  }

  /** Closes the idle connections until the next request. */
  rest(): void {
    this.#agent.destroy();
  }

  async #deliver(webhook: FaultWebhook): Promise<LoadCommand> {
    const { ports, ledger, retries = 0, failover = false } = this.#options;
    const name = contactNameOf(webhook.key);
    this.sent.add(name);
    for (let attempt = 0; ; attempt++) {
      const choice = ports();
      const port = choice[this.#turn++ % choice.length];
      const at = performance.now();
      const { word, retryAfter } = port
        ? await this.#ask(port, webhook)
        : { word: "refused" as const, retryAfter: false };
      if (word === 200) ledger.add(name);
      this.answers.push({
        at,
        milliseconds: performance.now() - at,
        word,
        connectionNo: webhook.key.connectionNo,
        retryAfter,
      });
      if (failover && word === "refused" && attempt < choice.length) continue;
      const isFinal = typeof word === "number" && word < 500;
      if (isFinal || attempt >= retries) return word;
      await sleep(RETRY_MS);
    }
  }

  #ask(
    port: number,
    { path, body, signature }: FaultWebhook,
  ): Promise<{ word: LoadCommand; retryAfter: boolean }> {
    return new Promise((resolve) => {
      const end = (word: LoadCommand, retryAfter = false) => {
        clearTimeout(timer);
        resolve({ word, retryAfter });
      };
      const req = request({
        host: "127.0.0.1",
        port,
        path,
        method: "POST",
        agent: this.#agent,
        headers: {
          Host: "desk.example.org",
          "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
          "Content-Length": Buffer.byteLength(body),
          "X-Twilio-Signature": signature,
          "User-Agent": "TwilioProxy/1.1",
        },
      });
      const timer = setTimeout(() => {
        end("timeout");
        req.destroy();
      }, PATIENCE_MS);
      req.on("error", (error: NodeJS.ErrnoException) =>
        end(error.code === "ECONNREFUSED" ? "refused" : "cut"),
      );
      req.on("response", (res) => {
        res.resume();
        res.on("end", () => end(res.statusCode ?? 0, res.headers["retry-after"] !== undefined));
        res.on("close", () => end("cut"));
      });
      req.end(body);
    });
  }

  #next(only: FaultAccount | undefined): FaultWebhook {
    const { accounts } = this.#options;
    const account = only ?? accounts[this.#below(accounts.length)];
    if (!account) throw new Error("No account to write to.");
    const repeated = this.#recent[this.#below(500)];
    if (!only && repeated && this.#below(100) < 5) return repeated;
    const webhook = this.#fresh(account, this.#made++);
    this.#recent[this.#made % 500] = webhook;
    return webhook;
  }

  /** Callbacks cycle through the outgoing messages, each round with another status, in no natural order. */
  #fresh(account: FaultAccount, number: number): FaultWebhook {
    const callbacks = Math.floor(number * 0.6);
    if (Math.floor((number + 1) * 0.6) === callbacks)
      return incomingWebhook(account, number, this.#below(FAULT_CONTACTS));
    const round = Math.floor(callbacks / OUTGOING_MESSAGES);
    const message = callbacks % OUTGOING_MESSAGES;
    const status = STATUSES[(round + message) % STATUSES.length];
    return round < STATUSES.length && status
      ? statusCallback(account, message, status)
      : incomingWebhook(account, number, this.#below(FAULT_CONTACTS));
  }

  #below(limit: number): number {
    this.#seed = (this.#seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((this.#seed / 2_147_483_648) * limit);
  }
}
