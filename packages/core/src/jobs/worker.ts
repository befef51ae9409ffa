import type { PgBoss } from "pg-boss";

interface PumpOptions {
  queue: string;
  /** How many jobs are under way at once in this process. */
  slots: number;
  /** How many of them one group may have before others are asked for; half of one more handful may come on top. */
  share: number;
  /** Resolves when the job is done; throws to have it called again later. `tries`: how often it was before. */
  run: (data: { messageId: number }, tries: number) => Promise<void>;
  report: (error: unknown) => void;
}

/** Thrown by a job to be called again; with `pauseMs`, nothing of its group is begun before. */
export class RetryLaterError extends Error {
  override name = "RetryLaterError";
  readonly pauseMs: number;

  constructor(message: string, options: { cause?: unknown; pauseMs?: number } = {}) {
    super(message, options);
    this.pauseMs = options.pauseMs ?? 0;
  }
}

interface Group {
  running: number;
  /** How many it may have just now: halved by every pause, won back slowly. */
  width: number;
  pausedUntil: number;
}

const POLL_MS = 1_000;
/** Twice within the ten seconds after which a job counts as orphaned. */
const TOUCH_MS = 4_000;
const WON_BACK = 0.25;

/**
 * Takes jobs as they fall due, so that one group that hangs or was told to slow down keeps nobody else waiting. The library's
 * own workers take one job each a polling interval, or a handful and wait for its slowest.
 */
export function startWorker(boss: PgBoss, { queue, slots, share, run, report }: PumpOptions) {
  const running = new Map<string, { id: string; retryCount: number }>();
  const groups = new Map<string, Group>();
  const ends = new Set<Promise<void>>();
  let isFetching = false;
  let isWanted = false;
  let isStopped = false;

  const groupOf = (name: string): Group => {
    const group = groups.get(name) ?? { running: 0, width: share, pausedUntil: 0 };
    groups.set(name, group);
    return group;
  };
  const busy = () =>
    [...groups]
      .filter(([, group]) => group.running >= group.width || group.pausedUntil > performance.now())
      .map(([name]) => name);

  const turn = async () => {
    isWanted = true;
    if (isFetching) return;
    isFetching = true;
    try {
      while (isWanted && !isStopped && running.size < slots) {
        isWanted = false;
        const batchSize = Math.min(slots - running.size, Math.ceil(share / 2));
        const jobs = await boss.fetch<{ messageId: number }>(queue, {
          batchSize,
          includeMetadata: true,
          ignoreGroups: busy(),
        });
        for (const job of jobs) {
          const end = begin(job).finally(() => ends.delete(end));
          ends.add(end);
        }
        if (jobs.length === batchSize) isWanted = true;
      }
    } catch (error) {
      isWanted = false;
      report(error);
    } finally {
      isFetching = false;
    }
  };

  async function begin(job: {
    id: string;
    retryCount: number;
    data: { messageId: number };
    groupId?: string | null;
  }) {
    // The attempt is named along with the job: whoever has it by now is not disturbed.
    const attempt = { id: job.id, retryCount: job.retryCount };
    const name = job.groupId ?? "";
    const group = groupOf(name);
    group.running += 1;
    running.set(job.id, attempt);
    try {
      await run(job.data, job.retryCount);
      group.width = Math.min(share, group.width + WON_BACK);
      await boss.complete(queue, attempt);
    } catch (error) {
      if (error instanceof RetryLaterError && error.pauseMs > 0) {
        group.width = Math.max(1, Math.floor(group.width / 2));
        group.pausedUntil = Math.max(group.pausedUntil, performance.now() + error.pauseMs);
      } else if (!(error instanceof RetryLaterError)) report(error);
      await boss.fail(queue, attempt, { message: String(error) }).catch(report);
    } finally {
      running.delete(job.id);
      group.running -= 1;
      if (group.running === 0 && group.width === share) groups.delete(name);
    }
    void turn();
  }

  const touch = () => {
    if (running.size > 0) boss.touch(queue, [...running.values()]).catch(report);
  };
  const timers = [setInterval(turn, POLL_MS), setInterval(touch, TOUCH_MS)];
  void turn();
  return {
    /** Something was committed that may be due. */
    wake: () => void turn(),
    stop: async () => {
      isStopped = true;
      await Promise.all(ends);
      for (const timer of timers) clearInterval(timer);
    },
  };
}
