import { sleep, waitUntil } from "../../clock.ts";
import { type Fault, type FaultFinding, formatShare } from "../../fault.ts";
import type { PostgresClient } from "../../processes/postgres.ts";
import { compareResourceUse, type FaultInstallation, type TestBed } from "../../test-bed.ts";

export const noFreeConnections: Fault = {
  id: "F11",
  title: "another client holds every connection that is left",
  isInSlice: true,
  run: (lab) => hold(lab, async () => {}),
};

/** Simulates a pool that opens connections on demand: the existing ones are closed. */
export const lazyConnectionPool: Fault = {
  id: "F11n",
  title: "a server that has no connection open, while another client holds all of them",
  isControl: true,
  isInSlice: true,
  run: (lab) =>
    hold(lab, async (desk, seize) => {
      const [hog] = await seize();
      // The server may reconnect first, so the loop repeats until the server has no connection.
      for (let round = 0, left = 1; left > 0 && round < 200; round++) {
        await hog?.unsafe(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${desk.database}' and pid <> pg_backend_pid()
           and application_name <> 'hog'`,
        );
        await seize();
        const rows = await hog?.unsafe<{ left: number }[]>(
          `select count(*)::int as left from pg_stat_activity where datname = '${desk.database}' and application_name <> 'hog'`,
        );
        left = rows?.[0]?.left ?? 0;
      }
    }),
};

type Seize = () => Promise<PostgresClient[]>;

async function hold(
  lab: TestBed,
  meanwhile: (desk: FaultInstallation, seize: Seize) => Promise<void>,
): Promise<FaultFinding> {
  await using desk = await lab.open({ hasVitals: true });
  await desk.load.run(lab.rate(200), 2_500);
  await desk.load.settled();
  const before = await desk.vitals();
  const hogs: PostgresClient[] = [];
  const seize: Seize = async () => {
    for (;;) {
      const attempts = Array.from({ length: 20 }, () =>
        lab.postgres.client("postgres", {
          connection: { application_name: "hog" },
          backoff: false,
          connect_timeout: 5,
        }),
      );
      const results = await Promise.allSettled(attempts.map((attempt) => attempt`select 1`));
      const taken = attempts.filter((_, index) => results[index]?.status === "fulfilled");
      const refused = attempts.filter((_, index) => results[index]?.status === "rejected");
      hogs.push(...taken);
      await Promise.all(refused.map((attempt) => attempt.end({ timeout: 0 })));
      if (refused.length > 0) return hogs;
    }
  };
  await seize();
  await meanwhile(desk, seize);
  const from = performance.now();
  const milliseconds = lab.isWhole ? 60_000 : 8_000;
  await desk.load.run(lab.rate(200), milliseconds);
  await desk.load.settled();
  const words = desk.load.words(from);
  const asked = [...words.values()].reduce((sum, count) => sum + count, 0);
  const good = words.get(200) ?? 0;
  await Promise.all(hogs.map((hog) => hog.end({ timeout: 1 })));
  const freed = performance.now();
  const again = desk.load.run(lab.rate(100), 3_000);
  const isBack = await waitUntil(() => (desk.load.words(freed).get(200) ?? 0) > 0, 10_000);
  await again;
  await desk.load.settled();
  await sleep(2_000);
  const { acknowledged, events, problems } = await desk.check();
  if (good < asked * 0.999) problems.push(`only ${formatShare(good, asked)} answered 200`);
  if (!isBack) problems.push("not back after the connections were free again");
  return {
    counts: {
      "connections held": hogs.length,
      asked,
      "200": formatShare(good, asked),
      acknowledged,
      stored: events,
    },
    problems: [
      ...problems,
      ...desk.crashes(),
      ...desk.unexpected([503]),
      ...compareResourceUse(before, await desk.vitals()),
    ],
  };
}
