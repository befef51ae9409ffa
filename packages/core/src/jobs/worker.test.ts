import type { PgBoss } from "pg-boss";
import { expect, test } from "vitest";
import { RetryLaterError, startWorker } from "./worker.ts";

interface Job {
  id: string;
  groupId: string;
  retryCount: number;
  data: { messageId: number };
}

/** A queue in memory, as far as the pump knows one. */
function createQueue(waiting: Job[]) {
  const done: string[] = [];
  const failed: string[] = [];
  const ignored: string[][] = [];
  const take = (batchSize: number, ignoreGroups: string[]) => {
    ignored.push(ignoreGroups);
    const due = waiting.filter(({ groupId }) => !ignoreGroups.includes(groupId)).slice(0, batchSize);
    for (const job of due) waiting.splice(waiting.indexOf(job), 1);
    return due;
  };
  const boss = {
    fetch: async (_name: string, options: { batchSize: number; ignoreGroups: string[] }) =>
      take(options.batchSize, options.ignoreGroups),
    complete: async (_name: string, { id }: Job) => void done.push(id),
    fail: async (_name: string, { id }: Job) => void failed.push(id),
    touch: async () => {},
  };
  return { boss: boss as unknown as PgBoss, done, failed, ignored };
}

const jobsOf = (groupId: string, count: number): Job[] =>
  Array.from({ length: count }, (_, no) => ({
    id: `${groupId}${no}`,
    groupId,
    retryCount: 0,
    data: { messageId: groupId === "a" ? 1 : 2 },
  }));

const report = (error: unknown) => {
  throw error;
};

test("a group that hangs keeps its share busy, and nobody else waiting", async () => {
  const { boss, done } = createQueue([...jobsOf("a", 50), ...jobsOf("b", 50)]);
  const { promise: end, resolve } = Promise.withResolvers<void>();
  let hanging = 0;
  const run = async ({ messageId }: { messageId: number }) => {
    if (messageId !== 1) return;
    hanging += 1;
    await end;
  };
  const pump = startWorker(boss, { queue: "q", slots: 20, share: 4, run, report });
  await expect.poll(() => done.filter((id) => id.startsWith("b")).length).toBe(50);
  expect(hanging).toBeGreaterThanOrEqual(4);
  expect(hanging).toBeLessThanOrEqual(5);
  resolve();
  await expect.poll(() => done.length).toBe(100);
  await pump.stop();
});

test("a group that was told to wait is left alone meanwhile, and comes back narrower", async () => {
  const { boss, done, failed, ignored } = createQueue([...jobsOf("a", 6), ...jobsOf("b", 6)]);
  let isBusy = true;
  const run = async ({ messageId }: { messageId: number }) => {
    if (messageId === 1 && isBusy) throw new RetryLaterError("busy", { pauseMs: 60_000 });
  };
  const pump = startWorker(boss, { queue: "q", slots: 20, share: 4, run, report });
  await expect.poll(() => done.filter((id) => id.startsWith("b")).length).toBe(6);
  isBusy = false;
  pump.wake();
  await expect.poll(() => ignored.at(-1)).toEqual(["a"]);
  expect(failed.length).toBeGreaterThan(0);
  expect(done.filter((id) => id.startsWith("a"))).toEqual([]);
  await pump.stop();
});

test("it ends when what is under way has ended, and begins nothing more", async () => {
  const { boss, done } = createQueue(jobsOf("a", 5));
  const { promise: end, resolve } = Promise.withResolvers<void>();
  let begun = 0;
  const run = () => {
    begun += 1;
    return end;
  };
  const pump = startWorker(boss, { queue: "q", slots: 2, share: 2, run, report });
  await expect.poll(() => begun).toBe(2);
  const stopped = pump.stop();
  resolve();
  await stopped;
  expect(done.length).toBe(2);
});

test("what goes wrong in a job is reported, and the job comes again", async () => {
  const { boss, failed } = createQueue(jobsOf("a", 1));
  const reports: unknown[] = [];
  const wrong = new Error("the database is away");
  const run = () => Promise.reject(wrong);
  const pump = startWorker(boss, {
    queue: "q",
    slots: 2,
    share: 2,
    run,
    report: (error) => reports.push(error),
  });
  await expect.poll(() => failed).toEqual(["a0"]);
  expect(reports).toEqual([wrong]);
  await pump.stop();
});
