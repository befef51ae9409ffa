import { addChange, addChanges, type Change, type Changes, noChanges } from "./changes.ts";
import { createPost, readLetter } from "./feed-post.ts";

export interface Feed {
  /** Never waits, not even for other processes to be told. */
  publish(change: Change): void;
  /** The changes of one organisation from now on, until `signal` aborts. */
  subscribe(organizationId: string, signal: AbortSignal): AsyncIterable<Changes>;
  subscribers(): number;
  close(): Promise<void>;
}

/** A line to the other processes on the same database. */
interface Line {
  send(text: string): Promise<void>;
  close(): Promise<void>;
}

interface FeedOptions {
  /** Without one, this process is alone. */
  open: (handlers: { hear(text: string): void; missed(): void }) => Line;
  /** The longest text that the line takes. */
  maxBytes: number;
}

/** Short enough to be at once for people. */
const WINDOW_MS = 50;
/** To all listeners together: each notice costs a listener's stream some 40 µs, most of it in tRPC. (`bench sse`) */
const NOTICES_A_MS = 2;

/**
 * After a quiet moment a change is told at once, else together with what else changes within 50 ms, or longer where more
 * than a hundred listen. All who listen to one organisation are told the same; who is still busy with the last news gets
 * the next together. What other processes did comes by the line; when that was lost for a while, all are told everything.
 */
export function createFeed(options?: FeedOptions): Feed {
  const audiences = new Map<string, Audience>();
  let subscribers = 0;
  const line = options?.open({
    hear: (text) => {
      for (const [organizationId, changes] of readLetter(text))
        audiences.get(organizationId)?.addAll(changes);
    },
    missed: () => {
      for (const audience of audiences.values()) audience.addAll({ ...noChanges(), isEverything: true });
    },
  });
  const post = line && options ? createPost(line.send, options.maxBytes) : null;
  return {
    publish: (change) => {
      audiences.get(change.organizationId)?.add(change);
      post?.add(change);
    },
    subscribers: () => subscribers,
    subscribe: async function* (organizationId, signal) {
      const audience = audiences.get(organizationId) ?? createAudience(() => subscribers);
      audiences.set(organizationId, audience);
      const listener = createListener(signal);
      audience.listeners.add(listener.tell);
      subscribers += 1;
      try {
        for (;;) {
          const news = await listener.next();
          if (news === null) return;
          yield news;
        }
      } finally {
        subscribers -= 1;
        audience.listeners.delete(listener.tell);
        if (audience.listeners.size === 0 && audiences.get(organizationId) === audience)
          audiences.delete(organizationId);
        listener.close();
      }
    },
    close: async () => {
      await post?.close();
      await line?.close();
    },
  };
}

interface Audience {
  listeners: Set<(news: Changes) => void>;
  add(change: Change): void;
  addAll(changes: Changes): void;
}

function createAudience(subscribers: () => number): Audience {
  const listeners = new Set<(news: Changes) => void>();
  let changes = noChanges();
  let isDue = false;
  let toldAt = Number.NEGATIVE_INFINITY;

  function tell(): void {
    const news = changes;
    changes = noChanges();
    isDue = false;
    toldAt = performance.now();
    for (const listener of listeners) listener(news);
  }

  function tellSoon(): void {
    if (isDue) return;
    isDue = true;
    const window = Math.max(WINDOW_MS, subscribers() / NOTICES_A_MS);
    const wait = window - (performance.now() - toldAt);
    // At once means: with the rest of the batch that it came in.
    if (wait <= 0) setImmediate(tell);
    else setTimeout(tell, wait);
  }

  return {
    listeners,
    add: (change) => {
      addChange(changes, change);
      tellSoon();
    },
    addAll: (more) => {
      addChanges(changes, more);
      tellSoon();
    },
  };
}

function createListener(signal: AbortSignal) {
  let waiting: Changes | null = null;
  let wake: (() => void) | null = null;
  const ring = () => wake?.();
  signal.addEventListener("abort", ring);
  return {
    tell(news: Changes): void {
      waiting = waiting === null ? news : addChanges(addChanges(noChanges(), waiting), news);
      ring();
    },
    /** Null when it is over. */
    async next(): Promise<Changes | null> {
      while (waiting === null && !signal.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const news = waiting;
      waiting = null;
      return signal.aborted ? null : news;
    },
    close: () => signal.removeEventListener("abort", ring),
  };
}
