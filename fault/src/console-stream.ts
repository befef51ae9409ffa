import { sleep } from "./clock.ts";

interface ConsoleReading {
  port: number;
  cookie: string;
  conversationId: string;
}

/** During a load, a console refetches at most about this often. */
const PAUSE_MS = 1_000;
const PAGE = 100;

/**
 * Behaves like an open console: keeps a live stream, reconnects when it ends, and refetches the messages of one conversation
 * whenever the stream reports a change and after each reconnect.
 */
export class ConsoleStream {
  /** The IDs of all messages seen, in order of arrival. */
  readonly seen: string[] = [];
  readonly #known = new Set<string>();
  readonly #reading: ConsoleReading;
  readonly #over = new AbortController();
  #isBehind = true;

  constructor(reading: ConsoleReading) {
    this.#reading = reading;
    void this.#listen();
    void this.#read();
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  close(): void {
    this.#over.abort();
  }

  async #listen(): Promise<void> {
    while (!this.#over.signal.aborted) {
      try {
        const response = await this.#get("events.changes", {}, "text/event-stream");
        for await (const chunk of response.body ?? [])
          if (/"conversationIds"|event: connected/.test(Buffer.from(chunk).toString())) this.#isBehind = true;
      } catch {
        // Ignored: the loop reconnects.
      }
      await sleep(300 + Math.random() * 700);
    }
  }

  async #read(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await sleep(PAUSE_MS * (0.5 + Math.random()));
      if (!this.#isBehind) continue;
      this.#isBehind = false;
      try {
        await this.#catchUp();
      } catch {
        this.#isBehind = true;
      }
    }
  }

  /** Pages back from the newest message to the first known one. */
  async #catchUp(): Promise<void> {
    const fresh: string[] = [];
    let cursor: string | undefined;
    do {
      const { conversationId } = this.#reading;
      const response = await this.#get("messages.list", { conversationId, limit: PAGE, cursor });
      const { result } = (await response.json()) as {
        result: { data: { items: { id: string }[]; nextCursor: string | null } };
      };
      const ids = result.data.items.map(({ id }) => id);
      fresh.push(...ids.filter((id) => !this.#known.has(id)));
      cursor = ids.some((id) => this.#known.has(id)) ? undefined : (result.data.nextCursor ?? undefined);
    } while (cursor);
    for (const id of fresh.toReversed()) {
      this.seen.push(id);
      this.#known.add(id);
    }
  }

  async #get(procedure: string, input: object, accept = "application/json"): Promise<Response> {
    const { port, cookie } = this.#reading;
    const query = encodeURIComponent(JSON.stringify(input));
    const response = await fetch(`http://127.0.0.1:${port}/api/trpc/${procedure}?input=${query}`, {
      headers: { cookie, accept },
      signal: this.#over.signal,
    });
    if (!response.ok) throw new Error(`${procedure} was answered ${response.status}`);
    return response;
  }
}
