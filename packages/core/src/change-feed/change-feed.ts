import { createChangeBroadcast, parseChangeBatch } from "./change-broadcast.ts";
import {
  addChange,
  addChanges,
  type InboxChange,
  type InboxChanges,
  noChanges,
  type PresenceUpdate,
} from "./inbox-changes.ts";
import { createPresence } from "./presence.ts";

export interface ChangeFeed {
  /** Never waits, not even for other processes to be told. */
  publish(change: InboxChange): void;
  /** The changes of one organisation from now on, until `signal` aborts. */
  subscribe(organizationId: string, signal: AbortSignal): AsyncIterable<InboxChanges>;
  subscribers(): number;
  /** Who is at a conversation at this moment, as far as somebody here listens to its organisation. */
  present(organizationId: string, conversationId: string): { userId: string; isTyping: boolean }[];
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
/** To all listeners together: each notice costs a listener's stream some 30 µs, most of it the socket's. (`bench sse`) */
const NOTICES_A_MS = 2;

/**
 * After a quiet moment a change is told at once, else together with what else changes within 50 ms, or longer where more
 * than a hundred listen. All who listen to one organisation are told the same; who is still busy with the last news gets
 * the next together. What other processes did comes by the line; when that was lost for a while, all are told everything.
 */
export function createChangeFeed(options?: FeedOptions): ChangeFeed {
  const audiences = new Map<string, Audience>();
  let subscribers = 0;
  const line = options?.open({
    hear: (text) => {
      for (const [organizationId, changes] of parseChangeBatch(text))
        audiences.get(organizationId)?.addAll(changes);
    },
    missed: () => {
      for (const audience of audiences.values()) audience.addAll({ ...noChanges(), isEverything: true });
    },
  });
  const post = line && options ? createChangeBroadcast(line.send, options.maxBytes) : null;
  return {
    publish: (change) => {
      audiences.get(change.organizationId)?.add(change);
      post?.add(change);
    },
    subscribers: () => subscribers,
    present: (organizationId, conversationId) => audiences.get(organizationId)?.present(conversationId) ?? [],
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
  listeners: Set<(news: InboxChanges) => void>;
  add(change: InboxChange): void;
  addAll(changes: InboxChanges): void;
  present(conversationId: string): { userId: string; isTyping: boolean }[];
}

function createAudience(subscribers: () => number): Audience {
  const listeners = new Set<(news: InboxChanges) => void>();
  const presence = createPresence();
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

  /** Most reports say that all is as it was: these wake nobody. */
  function note(report: PresenceUpdate): void {
    const ids = presence.note(report);
    for (const id of ids) changes.presentIds.add(id);
    if (ids.length > 0) tellSoon();
  }

  return {
    listeners,
    present: presence.at,
    add: (change) => {
      if (change.report) return note(change.report);
      addChange(changes, change);
      tellSoon();
    },
    addAll: (more) => {
      for (const report of more.reports.values()) note(report);
      const { access, connectionIds, conversationIds, personal, isEverything } = more;
      if (!isEverything && access.size + connectionIds.size + conversationIds.size + personal.size === 0)
        return;
      addChanges(changes, { ...more, reports: new Map() });
      tellSoon();
    },
  };
}

function createListener(signal: AbortSignal) {
  let waiting: InboxChanges | null = null;
  let wake: (() => void) | null = null;
  const ring = () => wake?.();
  signal.addEventListener("abort", ring);
  return {
    tell(news: InboxChanges): void {
      waiting = waiting === null ? news : addChanges(addChanges(noChanges(), waiting), news);
      ring();
    },
    /** Null when it is over. */
    async next(): Promise<InboxChanges | null> {
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
