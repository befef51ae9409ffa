import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSimulator, type Simulator } from "@waystation/twilio-simulator/simulator";
import { waitUntil } from "./clock.ts";
import type { FaultFinding } from "./fault.ts";
import { runInParallel } from "./in-parallel.ts";
import { type FaultMode, FaultyTwilio } from "./network/faulty-twilio.ts";
import { signInOwner } from "./sign-in-owner.ts";
import type { FaultInstallation, TestBed } from "./test-bed.ts";

const PROGRAM = fileURLToPath(new URL("./broken/dies-while-sending.ts", import.meta.url));
const ASK_MS = 30_000;
const PATIENCE_MS = 120_000;
/** Number of members who write replies concurrently. */
const AUTHORS = 16;

interface Talk {
  id: string;
  address: string;
  ours: string;
}

interface QueuedText {
  talk: Talk;
  /** Part of the message text. Increases within a conversation. */
  number: number;
}

/** An installation in test mode that sends replies through a fault proxy to the simulator. */
export class SendingInstallation implements AsyncDisposable {
  readonly desk: FaultInstallation;
  readonly simulator: Simulator;
  readonly twilio: FaultyTwilio;
  readonly talks: Talk[];
  readonly #cookie: string;
  readonly #origin: string;
  readonly #dieAt: string;
  /** How long a server may be busy before a reply counts as not accepted. Two minutes if a server starts in two seconds. */
  #patience = PATIENCE_MS;
  #numbers = 0;

  private constructor(
    parts: { desk: FaultInstallation; simulator: Simulator; twilio: FaultyTwilio; dieAt: string },
    session: { cookie: string; origin: string },
    talks: Talk[],
  ) {
    this.desk = parts.desk;
    this.simulator = parts.simulator;
    this.twilio = parts.twilio;
    this.#dieAt = parts.dieAt;
    this.#cookie = session.cookie;
    this.#origin = session.origin;
    this.talks = talks;
  }

  static async open(
    lab: TestBed,
    { senders, customers }: { senders: number; customers: number },
  ): Promise<SendingInstallation> {
    const simulator = createSimulator({ pace: { queued: 20, sent: 30, delivered: 60, read: 100 } });
    const twilio = await FaultyTwilio.create(await simulator.start(0));
    const folder = join(lab.folder, `sending-${randomUUID()}`);
    mkdirSync(folder);
    const dieAt = join(folder, "die-at");
    const desk = await lab.open({
      program: PROGRAM,
      // The seeded accounts have explicit connection numbers below 100.
      prepare: ["alter table twilio_whatsapp_connections alter column no restart with 100"],
      environment: {
        NODE_ENV: "development",
        // Makes the server use its own port as the public URL.
        PUBLIC_URL: "",
        TWILIO_SIMULATOR_URL: twilio.url,
        DIE_AT: dieAt,
      },
    });
    const origin = `http://localhost:${desk.server.port}`;
    const { cookie } = await signInOwner(desk.server.port, origin);
    const parts = { desk, simulator, twilio, dieAt };
    const opened = new SendingInstallation(parts, { cookie, origin }, []);
    opened.#patience = PATIENCE_MS * Math.max(1, lab.startMilliseconds / 2_000);
    for (let number = 0; number < senders; number++) {
      const sender = `whatsapp:+1415666${String(number).padStart(4, "0")}`;
      const account = simulator.createAccount({ senders: [sender] });
      const input = {
        mode: "test",
        accountSid: account.sid,
        authToken: account.token,
        sender,
        configureWebhook: true,
      };
      await opened.#ask("twilioWhatsApp.connect", input);
      await runInParallel(
        Array.from({ length: customers }, (_, no) => no),
        AUTHORS,
        async (no) => {
          const from = `whatsapp:+49152${String(no).padStart(7, "0")}`;
          await simulator.sendIncoming({ to: sender, from, body: "Hello?", wait: true });
        },
      );
    }
    const talks = await desk.ask(
      "select public_id as id, address, ours from conversations where ours like 'whatsapp:+1415666%' order by id",
    );
    if (talks.length !== senders * customers) throw new Error(`${talks.length} conversations came about.`);
    opened.talks.push(...(talks as unknown as Talk[]));
    return opened;
  }

  /** Plans `count` replies: in sequence within a conversation, concurrently across conversations. */
  plan(count: number): QueuedText[] {
    return Array.from({ length: count }, () => {
      const number = ++this.#numbers;
      return { talk: this.talks[number % this.talks.length] as Talk, number };
    });
  }

  /** Plans one more reply and adds it to the plan. */
  planOne(plan: QueuedText[]): QueuedText[] {
    const more = this.plan(1);
    plan.push(...more);
    return more;
  }

  /** Sends replies as browsers do: retries with the same key until the server accepts the reply. */
  async say(sayings: QueuedText[]): Promise<void> {
    await runInParallel(sayings, AUTHORS, async ({ talk, number }) => {
      const input = { conversationId: talk.id, clientKey: keyOf(number), body: wordsOf(number) };
      let problem: unknown;
      const attempt = () =>
        this.#ask("messages.send", input).then(Boolean, (error: unknown) => {
          problem = error;
          return false;
        });
      if (await waitUntil(attempt, this.#patience)) return;
      const log = this.desk.server.log().slice(-2_000);
      throw new Error(`The server did not take answer ${number}: ${problem}\n${log}`);
    });
  }

  /** Makes the server kill itself the next time it reaches this stage of sending. */
  dieAt(stage: "claimed" | "answered"): void {
    writeFileSync(this.#dieAt, stage);
  }

  /** Number of messages per state. Messages with a SID count as sent. */
  async states(): Promise<Record<string, number>> {
    const rows = await this.desk.ask(
      `select case when m.sid is not null then 'sent' else o.state end as state, count(*)::int as count
       from outgoing_messages o join messages m on m.id = o.message_id
       where o.client_key like 'fault-%' group by 1`,
    );
    return Object.fromEntries(rows.map((row) => [String(row.state), Number(row.count)]));
  }

  /** Resolves when no message is queued or sending. Messages may still be uncertain. */
  async handedOver(milliseconds: number): Promise<boolean> {
    return waitUntil(async () => {
      const { queued = 0, sending = 0 } = await this.states();
      return queued + sending === 0;
    }, milliseconds);
  }

  /**
   * Resolves when no message is uncertain. Skips the waiting times: Twilio is asked now instead of later, and for messages
   * Twilio does not know, five minutes pass in the database.
   */
  async settled(milliseconds: number): Promise<boolean> {
    const isOver = async () => ((await this.states()).uncertain ?? 0) === 0;
    const soon = (state: "created" | "retry") =>
      this.desk.ask(
        `update jobs.job set start_after = now() where name = 'settle-message' and state = '${state}'`,
      );
    const isAsked = await waitUntil(async () => {
      await soon("created");
      const [row] = await this.desk.ask(
        "select count(*)::int as count from jobs.job where name = 'settle-message' and state in ('created', 'active')",
      );
      return Number(row?.count) === 0;
    }, milliseconds);
    if (!isAsked) return false;
    await this.desk.ask(
      `update outgoing_messages o set handed_over_at = handed_over_at - interval '6 minutes'
       from messages m where m.id = o.message_id and o.state = 'uncertain' and m.sid is null`,
    );
    return waitUntil(async () => {
      await soon("retry");
      return isOver();
    }, milliseconds);
  }

  /** Resolves when Twilio has all of these replies. */
  async allSent(sayings: QueuedText[], milliseconds: number): Promise<boolean> {
    const keys = sayings.map(({ number }) => keyOf(number));
    return waitUntil(async () => {
      const [row] = await this.desk.ask(
        `select count(*)::int as count from outgoing_messages o join messages m on m.id = o.message_id
         where o.client_key = any($1) and m.sid is null`,
        [keys],
      );
      return Number(row?.count) === 0;
    }, milliseconds);
  }

  /** Age, in seconds, of the oldest handed-over message that has no response and is not marked as uncertain. */
  async longestUnanswered(): Promise<number> {
    const [row] = await this.desk.ask(
      `select coalesce(extract(epoch from max(now() - handed_over_at)), 0)::float8 as seconds from outgoing_messages
       where state = 'sending'`,
    );
    return Number(row?.seconds);
  }

  /** Compares the messages at Twilio with the installation's records of them. */
  async compare(sayings: QueuedText[]): Promise<FaultFinding> {
    const atTwilio = this.simulator.listMessages({ direction: "outbound", limit: Number.POSITIVE_INFINITY });
    const words = new Map(atTwilio.map((message) => [message.sid.slice(2).toLowerCase(), message.body]));
    const rows = await this.desk.ask(
      `select m.id, o.client_key, o.state, o.problem, m.body, replace(m.sid::text, '-', '') as sid
       from outgoing_messages o join messages m on m.id = o.message_id where o.client_key like 'fault-%'`,
    );
    const ids = new Map(rows.map((row) => [String(row.body), Number(row.id)]));
    const times = new Map<string, number>();
    /** Message IDs per conversation, in order of sending. IDs increase in order of writing. */
    const order = new Map<string, number[]>();
    for (const message of atTwilio) {
      times.set(message.body, (times.get(message.body) ?? 0) + 1);
      const talk = `${message.from} ${message.to}`;
      order.set(talk, [...(order.get(talk) ?? []), ids.get(message.body) ?? 0]);
    }
    const keys = new Set(rows.map((row) => String(row.client_key)));
    const sent = rows.filter((row) => row.sid !== null);
    const failed = rows.filter((row) => row.sid === null && row.state === "failed" && row.problem);
    const twice = [...times.values()].filter((count) => count > 1).length;
    const disordered = [...order.values()].filter((numbers) =>
      numbers.some((one, no) => one < (numbers[no - 1] ?? 0)),
    );
    const found = {
      "sent twice": twice,
      "never taken down": sayings.filter(({ number }) => !keys.has(keyOf(number))).length,
      "without an end": rows.length - sent.length - failed.length,
      "called failed, yet at Twilio": failed.filter((row) => times.has(String(row.body))).length,
      "with another message's SID": sent.filter((row) => words.get(String(row.sid)) !== row.body).length,
      "conversations out of order": disordered.length,
    };
    return {
      counts: {
        answers: sayings.length,
        "at Twilio": atTwilio.length,
        "most of one": Math.max(0, ...times.values()),
        sent: sent.length,
        "failed with a reason": failed.length,
        ...found,
      },
      problems: [
        ...Object.entries(found).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : [])),
        ...(this.twilio.strays > 0 ? [`${this.twilio.strays} calls went where a redirect pointed`] : []),
      ],
    };
  }

  async #ask(procedure: string, input: object): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.desk.server.port}/api/trpc/${procedure}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: this.#origin, cookie: this.#cookie },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(ASK_MS),
    });
    if (!response.ok)
      throw new Error(`${procedure} was answered ${response.status}: ${await response.text()}`);
    return response.json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.desk[Symbol.asyncDispose]();
    await this.twilio[Symbol.asyncDispose]();
    await this.simulator.stop();
  }
}

/** Cycles through the faults. Every `wellEvery`-th call gets none. */
export function limitConcurrency(moods: FaultMode[], wellEvery: number): () => FaultMode | null {
  let calls = 0;
  return () => {
    calls += 1;
    return calls % wellEvery === 0 ? null : (moods[calls % moods.length] ?? null);
  };
}

const keyOf = (number: number) => `fault-answer-${number}`;
const wordsOf = (number: number) => `Answer number ${number}.`;
