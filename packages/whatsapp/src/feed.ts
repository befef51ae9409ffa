import { EventEmitter, on } from "node:events";

/** What changed, by id; what it is now, a query says. */
export interface Change {
  organizationId: string;
  connectionId: string;
  /** Where it is about one conversation. */
  conversationId?: string;
}

export interface Feed {
  publish(change: Change): void;
  /** The changes of one organisation from now on, until `signal` aborts. */
  subscribe(organizationId: string, signal: AbortSignal): AsyncIterable<Change>;
  subscribers(): number;
}

/** A feed within this process. */
export function createFeed(): Feed {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  let subscribers = 0;
  return {
    publish: (change) => void emitter.emit(change.organizationId, change),
    subscribers: () => subscribers,
    subscribe: async function* (organizationId, signal) {
      subscribers += 1;
      try {
        for await (const [change] of on(emitter, organizationId, { signal })) yield change as Change;
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        subscribers -= 1;
      }
    },
  };
}
