import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { reservePort } from "../processes/ports.ts";

interface Answer {
  status: number;
  body: Buffer;
}

/** A fault of the create call. `made` is Twilio's real response, or null if the call was not forwarded. */
interface Mood {
  /** Whether the call is forwarded, so that Twilio creates the message. */
  isMade: boolean;
  answer(res: ServerResponse, made: Answer | null, spoiled: FaultyTwilio): void;
}

const JSON_TYPE = { "Content-Type": "application/json" };
const json = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  isMade: false,
  answer: (res: ServerResponse) =>
    void res
      .writeHead(status, { ...JSON_TYPE, ...headers })
      .end(typeof body === "string" ? body : JSON.stringify(body)),
});
const made = (mood: Omit<Mood, "isMade">): Mood => ({ ...mood, isMade: true });
const never = (mood: Omit<Mood, "isMade">): Mood => ({ ...mood, isMade: false });
const hang = { answer: () => {} };
const reset = { answer: (res: ServerResponse) => void res.socket?.resetAndDestroy() };
const page = {
  answer: (res: ServerResponse) =>
    void res.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html><h1>We will be back</h1>"),
};
const RETRY_AFTER_SECONDS = 6;
const DRIP_MS = 1_000;
const HUGE_BYTES = 50 * 1024 * 1024;

const MOODS = {
  "well, slowly": made({
    answer: (res, answer) => void setTimeout(() => give(res, answer), 1_500),
  }),
  "500, not made": json(500, { code: 20500, status: 500 }),
  "500, made": made(json(500, { code: 20500, status: 500 })),
  "503, not made": json(503, "<html>Service Unavailable</html>"),
  "429 with Retry-After": never({
    answer: (res, _answer, spoiled) => {
      spoiled.told(res);
      json(429, { code: 20429, status: 429 }, { "Retry-After": String(RETRY_AFTER_SECONDS) }).answer(res);
    },
  }),
  "no answer, not made": never(hang),
  "no answer, made": made(hang),
  "half an answer": made({
    answer: (res, answer) => {
      if (!answer) return;
      res.writeHead(answer.status, { ...JSON_TYPE, "Content-Length": answer.body.length });
      res.write(answer.body.subarray(0, answer.body.length / 2));
    },
  }),
  "a byte a second": made({
    answer: (res, answer) => {
      if (!answer) return;
      res.writeHead(answer.status, { ...JSON_TYPE, "Content-Length": answer.body.length });
      let sent = 0;
      const timer = setInterval(() => res.write(answer.body.subarray(sent, ++sent)), DRIP_MS);
      res.once("close", () => clearInterval(timer));
    },
  }),
  "reset, not made": never(reset),
  "reset, made": made(reset),
  "HTML, not made": never(page),
  "HTML, made": made(page),
  "not JSON": made({
    answer: (res, answer) => void res.writeHead(201, JSON_TYPE).end(answer?.body.subarray(0, 40)),
  }),
  "wrong types": made(
    json(201, { sid: { a: 1 }, date_created: 5, status: [], subresource_uris: "no", price: {} }),
  ),
  null: made(json(201, "null")),
  "no sid": made(json(201, { status: "queued" })),
  "50 MB": made({
    answer: (res) => {
      res.writeHead(201, { ...JSON_TYPE, "Content-Length": HUGE_BYTES });
      const piece = Buffer.alloc(64 * 1024, " ");
      let left = HUGE_BYTES;
      const more = () => {
        while (left > 0 && res.writable) {
          left -= piece.length;
          if (!res.write(piece)) return void res.once("drain", more);
        }
        res.end();
      };
      more();
    },
  }),
  "redirect elsewhere": never({
    answer: (res, _answer, spoiled) =>
      void res.writeHead(307, { Location: `${spoiled.elsewhere}/2010-04-01/Accounts` }).end(),
  }),
  "redirect elsewhere, as if found": made({
    answer: (res, _answer, spoiled) => void res.writeHead(302, { Location: spoiled.elsewhere }).end(),
  }),
} satisfies Record<string, Mood>;
export type FaultMode = keyof typeof MOODS;

const CREATE = /^\/2010-04-01\/Accounts\/(AC[0-9a-f]{32})\/Messages\.json$/i;
/** Requests sent before the 429 was read can still arrive, on a busy machine much later. */
const UNDERWAY_MS = 3_000;

/** A proxy in front of Twilio that alters the responses to create calls. */
export class FaultyTwilio implements AsyncDisposable {
  /** Selects the fault for a call. Null for none. */
  mood: (form: URLSearchParams) => FaultMode | null = () => null;
  /** Number of calls per fault. */
  readonly calls = new Map<string, number>();
  /** Calls made before the Retry-After time of their account had passed. */
  tooEarly = 0;
  /** Requests that followed a redirect to another server. */
  strays = 0;
  elsewhere = "";
  readonly #target: URL;
  readonly #port: number;
  #server: Server;
  readonly #other: Server;
  /** The Retry-After period of each account. */
  readonly #quiet = new Map<string, { from: number; until: number }>();
  readonly #accounts = new WeakMap<ServerResponse, string>();

  private constructor(target: URL, port: number) {
    this.#target = target;
    this.#port = port;
    this.#server = createServer((req, res) => void this.#take(req, res));
    this.#other = createServer((_req, res) => {
      this.strays += 1;
      res.end("{}");
    });
  }

  static async create(target: string): Promise<FaultyTwilio> {
    const spoiled = new FaultyTwilio(new URL(target), await reservePort());
    spoiled.#other.listen(0, "127.0.0.1");
    await once(spoiled.#other, "listening");
    spoiled.elsewhere = `http://127.0.0.1:${(spoiled.#other.address() as AddressInfo).port}`;
    await spoiled.open();
    return spoiled;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Rejects all connections from now on. */
  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  async open(): Promise<void> {
    this.#server = createServer((req, res) => void this.#take(req, res));
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  /** Records that the account received a Retry-After. */
  told(res: ServerResponse): void {
    const account = this.#accounts.get(res) ?? "";
    const now = performance.now();
    const quiet = this.#quiet.get(account);
    const until = now + RETRY_AFTER_SECONDS * 1_000;
    this.#quiet.set(account, { from: quiet && now < quiet.until ? quiet.from : now, until });
  }

  async #take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    req.on("error", () => {});
    res.on("error", () => {});
    for await (const piece of req) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const account = req.method === "POST" ? CREATE.exec(req.url ?? "")?.[1] : undefined;
    if (account === undefined) return give(res, await this.#pass(req, body));
    this.#accounts.set(res, account);
    const quiet = this.#quiet.get(account);
    const now = performance.now();
    // Tolerates the imprecision of timers.
    if (quiet && now > quiet.from + UNDERWAY_MS && now < quiet.until - 50) this.tooEarly += 1;
    const name = this.mood(new URLSearchParams(body.toString()));
    this.calls.set(name ?? "well", (this.calls.get(name ?? "well") ?? 0) + 1);
    if (name === null) return give(res, await this.#pass(req, body));
    const mood: Mood = MOODS[name];
    mood.answer(res, mood.isMade ? await this.#pass(req, body) : null, this);
  }

  #pass(req: IncomingMessage, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = { method: req.method, headers: { ...req.headers, host: this.#target.host } };
      const onward = request(new URL(req.url ?? "/", this.#target), options, async (res) => {
        const pieces: Buffer[] = [];
        for await (const piece of res) pieces.push(piece as Buffer);
        resolve({ status: res.statusCode ?? 500, body: Buffer.concat(pieces) });
      });
      onward.on("error", reject);
      onward.end(body);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of [this.#server, this.#other]) {
      server.close();
      server.closeAllConnections();
    }
  }
}

function give(res: ServerResponse, answer: Answer | null): void {
  if (answer) res.writeHead(answer.status, JSON_TYPE).end(answer.body);
}
