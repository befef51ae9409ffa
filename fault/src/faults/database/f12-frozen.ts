import { sleep } from "../../clock.ts";
import { type Fault, type FaultFinding, slowestOf } from "../../fault.ts";
import { TcpFaultProxy } from "../../network/tcp-fault-proxy.ts";
import { compareResourceUse, type FaultInstallation, type TestBed } from "../../test-bed.ts";

export const postgresFrozenBriefly: Fault = {
  id: "F12",
  title: "Postgres frozen for 5 s: everybody waits and is answered 200",
  isInSlice: true,
  run: (lab) =>
    silence(lab, null, 5_000, async () => {
      lab.postgres.freeze();
      await sleep(5_000);
      lab.postgres.thaw();
    }),
};

export const postgresFrozenLong: Fault = {
  id: "F12b",
  title: "Postgres frozen for longer than Twilio waits: 503 in time, and never 200 without a commit",
  isInSlice: true,
  run: (lab) => {
    const milliseconds = lab.isWhole ? 25_000 : 16_000;
    return silence(lab, null, milliseconds, async () => {
      lab.postgres.freeze();
      await sleep(milliseconds);
      lab.postgres.thaw();
    });
  },
};

export const halfOpenConnections: Fault = {
  id: "F12c",
  title: "connections to Postgres that look open and are not",
  isInSlice: false,
  async run(lab) {
    await using spoiler = await TcpFaultProxy.create(lab.postgres.port);
    return await silence(lab, spoiler, 6_000, async () => {
      spoiler.swallow();
      await sleep(6_000);
      spoiler.heal();
    });
  },
};

/** Runs a load on an installation whose database stops responding for a while. */
async function silence(
  lab: TestBed,
  spoiler: TcpFaultProxy | null,
  milliseconds: number,
  action: () => Promise<void>,
): Promise<FaultFinding> {
  await using desk = await lab.open({ databasePort: spoiler?.port, hasVitals: true });
  await desk.load.run(lab.rate(100), 2_500);
  await desk.load.settled();
  const before = await desk.vitals();
  const over = new AbortController();
  const load = desk.load.runUntil(lab.rate(100), over.signal);
  await sleep(1_000);
  const from = performance.now();
  await action();
  const back = performance.now();
  const recovery = await desk.recovery(30_000, back);
  await sleep(2_000);
  over.abort();
  await load;
  await desk.load.settled();
  const { acknowledged, events, problems } = await desk.check();
  if (recovery === null) problems.push("no 200 after the database was back");
  const isShort = milliseconds <= 5_000;
  const rejections = desk.load.answers.filter(({ word }) => word === 503);
  if (!isShort && !spoiler && rejections.length === 0) problems.push("nobody was told 503");
  problems.push(...lateAnswers(desk));
  const allowed = isShort ? [] : ([503] as const);
  return {
    counts: {
      "silent for, ms": milliseconds,
      "200": desk.load.words(from).get(200) ?? 0,
      "503": rejections.length,
      "slowest answer, ms": slowestOf(desk.load.answers.map((answer) => answer.milliseconds)),
      "first 200 after, ms": Math.round(recovery ?? Number.NaN),
      acknowledged,
      stored: events,
    },
    problems: [
      ...problems,
      ...desk.crashes(),
      ...desk.unexpected([...allowed]),
      ...compareResourceUse(before, await desk.vitals()),
    ],
  };
}

function lateAnswers(desk: FaultInstallation): string[] {
  const late = desk.load.answers.filter(({ milliseconds }) => milliseconds >= 15_000).length;
  return late > 0 ? [`${late} answers later than Twilio waits`] : [];
}
