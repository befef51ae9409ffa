import { sleep, waitUntil } from "../../clock.ts";
import { type Fault, slowestOf } from "../../fault.ts";
import { compareResourceUse } from "../../test-bed.ts";

const YES_OR_NO = [() => true, () => false] as const;

export const postgresStopped: Fault = {
  id: "F3",
  title: "Postgres stopped as by a crash, one backend killed, all connections terminated",
  isInSlice: true,
  async run(lab) {
    const stops = lab.isWhole ? 10 : 3;
    await using desk = await lab.open({ hasVitals: true, load: { retries: 5 } });
    const problems: string[] = [];
    const recoveries: number[] = [];
    await desk.load.run(lab.rate(300), 1_500);
    const before = await desk.vitals();
    const over = new AbortController();
    const load = desk.load.runUntil(lab.rate(400), over.signal);
    const noteRecovery = async (what: string, since: number) => {
      const recovery = await desk.recovery(20_000, since);
      if (recovery === null) problems.push(`after ${what} there was no 200`);
      else recoveries.push(recovery);
    };
    for (let stop = 0; stop < stops; stop++) {
      await sleep(700 + Math.random() * 500);
      await lab.postgres.stop("immediate");
      // Every third stop outlasts the response time-out of a webhook, so that 503 occurs too.
      await sleep(stop % 3 === 2 ? 12_000 : 1_000);
      await lab.postgres.start();
      await noteRecovery("the start of Postgres", performance.now());
    }
    await sleep(1_000);
    const backends = await lab.postgres.backendsOf(desk.database);
    const [victim] = backends;
    if (victim === undefined) problems.push("no backend to kill");
    else process.kill(victim, "SIGKILL");
    if (!(await lab.postgres.answers(20_000))) problems.push("Postgres did not come back by itself");
    await noteRecovery("the death of a backend", performance.now());
    await sleep(1_000);
    const terminate = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${desk.database}'`;
    // Postgres may still be ending all connections because of the killed backend.
    const isDone = await waitUntil(() => lab.postgres.command(terminate).then(...YES_OR_NO), 20_000);
    if (!isDone) problems.push("Postgres did not take the command to end all connections");
    await noteRecovery("the end of all connections", performance.now());
    for (const late of await lab.over(() => lab.noticeLimit, recoveries))
      problems.push(`the first 200 came only after ${Math.round(late)} ms`);
    over.abort();
    await load;
    await desk.load.settled();
    await sleep(1_500);
    const { acknowledged, events, problems: wrong } = await desk.check();
    const words = desk.load.words();
    const silent = desk.load.answers.filter(({ word, retryAfter }) => word === 503 && !retryAfter).length;
    if (silent > 0) problems.push(`${silent} × 503 without Retry-After`);
    return {
      counts: {
        stops,
        acknowledged,
        stored: events,
        "200": words.get(200) ?? 0,
        "503": words.get(503) ?? 0,
        "slowest first 200, ms": slowestOf(recoveries),
        "slowest answer, ms": slowestOf(desk.load.answers.map(({ milliseconds }) => milliseconds)),
      },
      problems: [
        ...problems,
        ...wrong,
        ...desk.crashes(),
        ...desk.unexpected([503]),
        ...compareResourceUse(before, await desk.vitals()),
      ],
    };
  },
};

/** The server sets synchronous_commit itself. A trigger on each table turns it off again within the writing transaction. */
const COMMIT_WITHOUT_WAITING = [
  `create function commit_without_waiting() returns trigger language plpgsql as
    $$ begin perform set_config('synchronous_commit', 'off', true); return null; end $$`,
  `do $$ declare name regclass; begin
    for name in select c.oid from pg_class c where c.relkind in ('r', 'p') and not c.relispartition
      and c.relnamespace::regnamespace::text in ('public', 'jobs')
    loop execute format('create trigger commit_without_waiting before insert or update or delete on %s
      for each statement execute function public.commit_without_waiting()', name);
    end loop; end $$`,
];

/** With synchronous_commit off, Postgres guarantees nothing: the check must report the lost rows. */
export const commitsNotSynced: Fault = {
  id: "F3n",
  title: "synchronous_commit off, and Postgres stopped as by a crash",
  isControl: true,
  isInSlice: true,
  async run(lab) {
    await using desk = await lab.open({ prepare: COMMIT_WITHOUT_WAITING });
    await lab.postgres.command("alter system set wal_writer_delay = '10s'", "select pg_reload_conf()");
    await sleep(300);
    const load = desk.load.run(lab.rate(300), 2_500);
    await sleep(2_000);
    await lab.postgres.stop("immediate");
    await load;
    await lab.postgres.start();
    await lab.postgres.command("alter system reset wal_writer_delay", "select pg_reload_conf()");
    const { acknowledged, events, problems } = await desk.check();
    return { counts: { acknowledged, stored: events }, problems };
  },
};
