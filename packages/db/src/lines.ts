/** Several of something that only one at a time can use, opened as they are needed. */
export interface Lines<Line> {
  /** Opens all of them ahead of need: later there may be none left to have. */
  openAll(): Promise<void>;
  use<Result>(work: (line: Line) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/**
 * At most so many, and always the one that was used last: a database's session has plans, pages and catalogs at hand that
 * an idle one has to find again. (The pool of postgres.js takes the one that was idle longest.)
 */
export function createLines<Line extends { close(): Promise<void> }>(
  open: () => Promise<Line>,
  most: number,
): Lines<Line> {
  const free: Line[] = [];
  const opened = new Set<Line>();
  let opening = 0;
  let isClosed = false;
  let waiting: PromiseWithResolvers<Line>[] = [];

  function take(): Line | Promise<Line> {
    const line = free.pop();
    if (line) return line;
    if (opened.size + opening < most) return begin();
    const turn = Promise.withResolvers<Line>();
    waiting.push(turn);
    return turn.promise;
  }

  async function begin(): Promise<Line> {
    opening += 1;
    try {
      const line = await open();
      if (isClosed) await line.close();
      else opened.add(line);
      return line;
    } catch (error) {
      // Nobody is left who could give one back.
      if (opened.size === 0 && opening === 1) {
        for (const turn of waiting) turn.reject(error);
        waiting = [];
      }
      throw error;
    } finally {
      opening -= 1;
    }
  }

  function give(line: Line): void {
    const next = waiting.shift();
    if (next) next.resolve(line);
    else free.push(line);
  }

  return {
    openAll: async () => {
      while (!isClosed && opened.size + opening < most) {
        const line = await begin();
        const next = waiting.shift();
        if (next) next.resolve(line);
        else free.unshift(line);
      }
    },
    use: async (work) => {
      const line = await take();
      try {
        return await work(line);
      } finally {
        give(line);
      }
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...opened].map((line) => line.close()));
    },
  };
}
