export type SimulatorFeedEvent = { type: string; data: unknown };

export type SimulatorFeed = ReturnType<typeof createSimulatorFeed>;

/** Publishes changes to the page and to waiting tests. */
export function createSimulatorFeed() {
  const listeners = new Set<(event: SimulatorFeedEvent) => void>();
  return {
    publish(type: string, data: unknown) {
      for (const listener of [...listeners]) listener({ type, data });
    },
    subscribe(listener: (event: SimulatorFeedEvent) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
