/**
 * A queue that several share fairly: everybody's own keep their order, everybody is served in turn, and nobody can take
 * so much room that somebody who comes anew finds none.
 */
export function createFairQueue<Item>(room: () => number) {
  /** Of everybody who was ever here: a Map that much goes through would keep what is gone alive for long. */
  const lines = new Map<number, Item[]>();
  /** Who waits, in the order of their turns. */
  let turns: Item[][] = [];
  let size = 0;

  return {
    size: () => size,
    /** With one share always left for a newcomer. */
    isFull(owner: number): boolean {
      const line = lines.get(owner);
      return line !== undefined && line.length > 0 && line.length >= room() / (turns.length + 1);
    },
    add(owner: number, item: Item): void {
      const line = lines.get(owner) ?? [];
      lines.set(owner, line);
      if (line.length === 0) turns.push(line);
      line.push(item);
      size += 1;
    },
    /** Up to so many, from everybody in turn. Who has not had their turn yet is first the next time. */
    take(count: number): Item[] {
      const taken: Item[] = [];
      while (taken.length < count && size > 0) {
        const share = Math.max(1, Math.floor((count - taken.length) / turns.length));
        const served: Item[][] = [];
        let had = 0;
        for (const line of turns) {
          if (taken.length >= count) break;
          had += 1;
          for (const item of line.splice(0, Math.min(share, count - taken.length))) taken.push(item);
          if (line.length > 0) served.push(line);
        }
        turns = [...turns.slice(had), ...served];
        size = turns.reduce((total, line) => total + line.length, 0);
      }
      return taken;
    },
  };
}
