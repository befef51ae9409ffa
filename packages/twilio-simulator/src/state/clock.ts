type Task = { due: number; run: () => void };

/** An offset from the real clock, in force from the real time `at`. */
export type ClockMove = { at: number; offset: number };

export type SimulatorClock = ReturnType<typeof createSimulatorClock>;

const longestTimeout = 2 ** 31 - 1;
/** Older moves are dropped: nothing measures time from before them. */
const mostMoves = 1_000;

/** The simulator's clock. It runs at real speed and can be set or moved. Tasks that become due by a move run immediately. */
export function createSimulatorClock(startAt: number | null = null) {
  let offset = startAt === null ? 0 : startAt - Date.now();
  /** Oldest first. The first entry is the start. */
  let moves: ClockMove[] = [{ at: 0, offset }];
  let tasks: Task[] = [];
  let timer: NodeJS.Timeout | undefined;

  const now = () => Date.now() + offset;

  function arm() {
    clearTimeout(timer);
    const next = tasks[0];
    if (next) timer = setTimeout(runDue, Math.min(Math.max(next.due - now(), 0), longestTimeout));
  }

  function runDue() {
    for (let task = tasks[0]; task && task.due <= now(); task = tasks[0]) {
      tasks.shift();
      task.run();
    }
    arm();
  }

  function note() {
    moves = [...moves, { at: Date.now(), offset }].slice(-mostMoves);
  }

  function move(ms: number) {
    offset += ms;
    note();
    // Turning the clock back must not delay pending tasks.
    if (ms < 0) for (const task of tasks) task.due += ms;
    runDue();
  }

  return {
    now,
    after(ms: number, run: () => void): () => void {
      const task = { due: now() + ms, run };
      const place = tasks.findIndex((other) => other.due > task.due);
      tasks.splice(place === -1 ? tasks.length : place, 0, task);
      arm();
      return () => {
        tasks = tasks.filter((other) => other !== task);
        arm();
      };
    },
    sleep(ms: number): Promise<void> {
      return ms <= 0 ? Promise.resolve() : new Promise((resolve) => this.after(ms, resolve));
    },
    move,
    set: (time: number) => move(time - now()),
    offset: () => offset,
    moves: () => moves,
    /** Continues from the clock of an earlier process. */
    restore(earlier: ClockMove[]) {
      const last = earlier.at(-1);
      if (!last) return;
      moves = earlier.slice(-mostMoves);
      offset = last.offset;
      arm();
    },
    /** Number of tasks that become due within the given time. */
    dueWithin: (ms: number) => tasks.filter((task) => task.due <= now() + ms).length,
    clear() {
      clearTimeout(timer);
      tasks = [];
    },
    reset() {
      offset = startAt === null ? 0 : startAt - Date.now();
      note();
      tasks = [];
      arm();
    },
  };
}
