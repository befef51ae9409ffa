import type { ChangesEvent, StreamHandlers, StreamState } from "./changes-stream.ts";

/** What tabs say to each other. The version keeps the tabs of an older console apart. */
const VERSION = 1;

/** Identifies what was received so far: how many changes of which connection of a stream. */
interface Position {
  stream: string;
  count: number;
}

type Message =
  /** From the leader: after each change of its state, and in response to `ask`. */
  | { type: "state"; state: StreamState; position: Position }
  | { type: "changes"; changes: ChangesEvent; position: Position }
  | { type: "ended"; reason: Parameters<StreamHandlers["onEnded"]>[0] }
  /** From any other tab. */
  | { type: "ask" }
  | { type: "reopen" };

/** A tab that waits asks whether the leader still responds. */
const ASK_MS = 500;
/** A leader that has not answered so many hangs, and is replaced: within two seconds. Counted, for late timers of a busy machine. */
const UNANSWERED = 3;
/** Where even that is too few, each replacement makes the next one rarer. */
const MOST_UNANSWERED = 60;
const CALM_MS = 60_000;

const NOTHING: Position = { stream: "", count: 0 };

/**
 * One stream for all tabs of this browser with the same `name`. The tab that holds the lock of that name (the leader) has it, and
 * passes on what it receives. The browser gives the lock to the next tab when the leader closes or crashes; a leader gives it up
 * when it is frozen or goes into the back/forward cache; one that hangs loses it to a visible tab.
 */
export class SharedStream {
  readonly #name: string;
  readonly #openStream: (handlers: StreamHandlers) => () => void;
  readonly #handlers: StreamHandlers;
  #channel: BroadcastChannel | null = null;
  /** Ends the wait for the lock. */
  #waiting: AbortController | null = null;
  /** Gives up the lock; null while another tab leads. */
  #release: (() => void) | null = null;
  #close: (() => void) | null = null;
  #state: StreamState = "connecting";
  #position = NOTHING;
  #timer = 0;
  /** How often the leader was asked since it was heard last. */
  #unanswered = 0;
  #allowed = UNANSWERED;
  #heardAt = 0;
  #stoleAt = Number.NEGATIVE_INFINITY;

  constructor(name: string, openStream: (handlers: StreamHandlers) => () => void, handlers: StreamHandlers) {
    this.#name = `waystation.live.${VERSION}.${name}`;
    this.#openStream = openStream;
    this.#handlers = handlers;
    this.#resume();
    window.addEventListener("pagehide", this.#suspend);
    window.addEventListener("pageshow", this.#resume);
    document.addEventListener("freeze", this.#suspend);
    document.addEventListener("resume", this.#resume);
    document.addEventListener("visibilitychange", this.#onVisibility);
  }

  stop(): void {
    window.removeEventListener("pagehide", this.#suspend);
    window.removeEventListener("pageshow", this.#resume);
    document.removeEventListener("freeze", this.#suspend);
    document.removeEventListener("resume", this.#resume);
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.#suspend();
  }

  /** Opens the stream again after the server closed it. */
  reopen(): void {
    if (this.#release === null) this.#post({ type: "reopen" });
    else this.#open();
  }

  readonly #resume = (): void => {
    if (this.#channel !== null) return;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => this.#receive(data);
    this.#position = NOTHING;
    this.#unanswered = 0;
    this.#timer = window.setInterval(() => this.#tick(), ASK_MS);
    void this.#wait();
    this.#post({ type: "ask" });
  };

  readonly #suspend = (): void => {
    if (this.#channel === null) return;
    window.clearInterval(this.#timer);
    this.#waiting?.abort();
    this.#endLead();
    this.#channel.close();
    this.#channel = null;
  };

  readonly #onVisibility = (): void => {
    if (document.visibilityState !== "visible" || this.#channel === null) return;
    this.#unanswered = 0;
    if (this.#state === "paused") this.reopen();
    else if (this.#release === null) this.#post({ type: "ask" });
  };

  async #wait(steal = false): Promise<void> {
    const channel = this.#channel;
    const waiting = new AbortController();
    this.#waiting = waiting;
    const lead = () =>
      new Promise<void>((release) => {
        if (waiting.signal.aborted) return release();
        this.#release = release;
        this.#open();
      });
    try {
      await navigator.locks.request(this.#name, steal ? { steal } : { signal: waiting.signal }, lead);
    } catch (error) {
      // Suspended while it waited, or the lock was taken away. Where locks are forbidden, the tab goes without.
      if (!(error instanceof DOMException) || error.name !== "AbortError") return void lead();
    }
    // A later page of this tab waits for itself.
    if (this.#waiting !== waiting || waiting.signal.aborted || this.#channel !== channel) return;
    this.#endLead();
    this.#unanswered = 0;
    void this.#wait();
  }

  #endLead(): void {
    this.#close?.();
    this.#close = null;
    this.#release?.();
    this.#release = null;
  }

  #open(): void {
    this.#close?.();
    const publish = (message: Message) => {
      this.#post(message);
      this.#receive(message);
    };
    let position = { stream: streamId(), count: 0 };
    let state: StreamState = "connecting";
    publish({ type: "state", state, position });
    this.#close = this.#openStream({
      onStarted: () => {
        position = { stream: streamId(), count: 0 };
      },
      onState: (next) => {
        state = next;
        publish({ type: "state", state, position });
      },
      onChanges: (changes) => {
        position = { ...position, count: position.count + 1 };
        publish({ type: "changes", changes, position });
      },
      onEnded: (reason) => publish({ type: "ended", reason }),
    });
  }

  #post(message: Message): void {
    this.#channel?.postMessage(message);
  }

  #receive(message: Message): void {
    if (message.type === "ask" || message.type === "reopen") this.#respond(message.type);
    else {
      this.#unanswered = 0;
      this.#heardAt = performance.now();
      if (message.type === "ended") this.#handlers.onEnded(message.reason);
      else this.#apply(message);
    }
  }

  #respond(request: "ask" | "reopen"): void {
    if (this.#release === null) return;
    if (request === "reopen" && this.#state === "paused") this.#open();
    else this.#post({ type: "state", state: this.#state, position: this.#position });
  }

  #apply(message: Extract<Message, { position: Position }>): void {
    const { stream, count } = this.#position;
    const next = message.position;
    this.#position = next;
    const expected = message.type === "changes" ? count + 1 : count;
    const isGap = next.stream !== stream || next.count !== expected;
    if (isGap && (message.type === "changes" || message.state === "live")) this.#handlers.onStarted();
    if (message.type === "changes") this.#handlers.onChanges(message.changes);
    else {
      this.#state = message.state;
      this.#handlers.onState(message.state);
    }
  }

  #tick(): void {
    // Only what somebody looks at has to be live within moments; and the timers of hidden tabs are slowed down.
    if (this.#release !== null || document.visibilityState !== "visible") return;
    const now = performance.now();
    if (this.#unanswered >= this.#allowed) {
      const isCalm = now - this.#stoleAt > CALM_MS;
      this.#allowed = isCalm ? UNANSWERED : Math.min(2 * this.#allowed, MOST_UNANSWERED);
      this.#stoleAt = now;
      this.#unanswered = 0;
      this.#waiting?.abort();
      void this.#wait(true);
    } else if (now - this.#heardAt >= ASK_MS) {
      this.#unanswered += 1;
      this.#post({ type: "ask" });
    }
  }
}

/** `crypto.randomUUID` is missing on plain http, and a number of its own is enough among tabs. */
const streamId = () => `${performance.timeOrigin + performance.now()}-${Math.random()}`;
