/**
 * A fair queue with several owners. The items of one owner keep their order, the owners are served in turn, and no owner can
 * fill the queue so that a new owner finds no room.
 */
export function createFairQueue<Item>(room: () => number) {
  /** Keeps an entry for every owner ever seen. A Map with frequent deletions would keep deleted entries in memory for long. */
  const lines = new Map<number, Item[]>();
  /** Owners with items, in the order of their turns. */
  let turns: Item[][] = [];
  let size = 0;

  return {
    size: () => size,
    /** Always leaves one share free for a new owner. */
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
    /** Takes up to `count` items from all owners in turn. Owners not served this time come first next time. */
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
