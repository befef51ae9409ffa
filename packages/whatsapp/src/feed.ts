/** What changed, by id; what it is now, a query says. */
export interface Change {
  organizationId: string;
  connectionId: string;
  /** Where it is about one conversation. */
  conversationId?: string;
}

/** Everything of one organisation that changed in one moment, each once. */
export interface Changes {
  connectionIds: ReadonlySet<string>;
  conversationIds: ReadonlySet<string>;
}

export interface Feed {
  publish(change: Change): void;
  /** The changes of one organisation from now on, until `signal` aborts. */
  subscribe(organizationId: string, signal: AbortSignal): AsyncIterable<Changes>;
  subscribers(): number;
}

/** Short enough to be at once for people. */
const WINDOW_MS = 50;
/** To all listeners together: each notice costs a listener's stream some 40 µs, most of it in tRPC. (`bench sse`) */
const NOTICES_A_MS = 2;

/**
 * A feed within this process. After a quiet moment a change is told at once, else together with what else changes within
 * 50 ms, or longer where more than a hundred listen. All who listen to one organisation are told the same; who is still busy with the last news gets the next together.
 */
export function createFeed(): Feed {
  const audiences = new Map<string, Audience>();
  let subscribers = 0;
  return {
    publish: (change) => audiences.get(change.organizationId)?.add(change),
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
  };
}

interface Audience {
  listeners: Set<(news: Changes) => void>;
  add(change: Change): void;
}

function createAudience(subscribers: () => number): Audience {
  const listeners = new Set<(news: Changes) => void>();
  let connectionIds = new Set<string>();
  let conversationIds = new Set<string>();
  let isDue = false;
  let toldAt = Number.NEGATIVE_INFINITY;

  function tell(): void {
    const news = { connectionIds, conversationIds };
    connectionIds = new Set();
    conversationIds = new Set();
    isDue = false;
    toldAt = performance.now();
    for (const listener of listeners) listener(news);
  }

  return {
    listeners,
    add({ connectionId, conversationId }) {
      connectionIds.add(connectionId);
      if (conversationId !== undefined) conversationIds.add(conversationId);
      if (isDue) return;
      isDue = true;
      const window = Math.max(WINDOW_MS, subscribers() / NOTICES_A_MS);
      const wait = window - (performance.now() - toldAt);
      // At once means: with the rest of the batch that it came in.
      if (wait <= 0) setImmediate(tell);
      else setTimeout(tell, wait);
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
      waiting = waiting === null ? news : together(waiting, news);
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

function together(one: Changes, other: Changes): Changes {
  return {
    connectionIds: new Set([...one.connectionIds, ...other.connectionIds]),
    conversationIds: new Set([...one.conversationIds, ...other.conversationIds]),
  };
}
