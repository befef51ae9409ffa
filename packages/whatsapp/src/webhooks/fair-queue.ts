/**
 * A queue that several share fairly: everybody's own keep their order, everybody is served in turn, and nobody can take
 * so much room that somebody who comes anew finds none.
 */
export function createFairQueue<Item>(room: () => number) {
  const lines = new Map<number, Item[]>();
  let size = 0;

  return {
    size: () => size,
    /** With one share always left for a newcomer. */
    isFull(owner: number): boolean {
      const line = lines.get(owner);
      return line !== undefined && line.length >= room() / (lines.size + 1);
    },
    add(owner: number, item: Item): void {
      const line = lines.get(owner);
      if (line) line.push(item);
      else lines.set(owner, [item]);
      size += 1;
    },
    /** Up to so many, from everybody in turn. Who has not had their turn yet is first the next time. */
    take(count: number): Item[] {
      const taken: Item[] = [];
      while (taken.length < count && size > 0) {
        const share = Math.max(1, Math.floor((count - taken.length) / lines.size));
        for (const [owner, line] of [...lines]) {
          if (taken.length >= count) break;
          lines.delete(owner);
          const part = line.length <= share ? line : line.splice(0, share);
          if (part !== line) lines.set(owner, line);
          size -= part.length;
          for (const item of part) taken.push(item);
        }
      }
      return taken;
    },
  };
}
