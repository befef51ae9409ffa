export type FeedEvent = { type: string; data: unknown };

export type Feed = ReturnType<typeof createFeed>;

/** Tells the page (and waiting tests) what changed. */
export function createFeed() {
  const listeners = new Set<(event: FeedEvent) => void>();
  return {
    publish(type: string, data: unknown) {
      for (const listener of [...listeners]) listener({ type, data });
    },
    subscribe(listener: (event: FeedEvent) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
