import { sleep } from "../../clock.ts";
import { type Fault, slowestOf } from "../../fault.ts";
import { TcpFaultProxy } from "../../network/tcp-fault-proxy.ts";
import { compareResourceUse } from "../../test-bed.ts";

export const networkPartition: Fault = {
  id: "F18",
  title: "slow, broken and half-closed connections to Postgres, and none for 30 s",
  isInSlice: false,
  async run(lab) {
    await using spoiler = await TcpFaultProxy.create(lab.postgres.port);
    await using desk = await lab.open({ databasePort: spoiler.port, hasVitals: true, load: { retries: 5 } });
    await desk.load.run(lab.rate(100), 2_500);
    await desk.load.settled();
    const before = await desk.vitals();
    const over = new AbortController();
    const load = desk.load.runUntil(lab.rate(100), over.signal);
    spoiler.latency = 100;
    await sleep(5_000);
    spoiler.latency = 0;
    for (let round = 0; round < 10; round++) {
      spoiler.reset();
      await sleep(500);
      spoiler.halfClose();
      await sleep(500);
    }
    spoiler.swallow();
    await sleep(30_000);
    spoiler.heal();
    const recovery = await desk.recovery(30_000);
    await sleep(2_000);
    over.abort();
    await load;
    await desk.load.settled();
    const { acknowledged, events, problems } = await desk.check();
    if (recovery === null) problems.push("no 200 after the network was back");
    const late = desk.load.answers.filter(({ milliseconds }) => milliseconds >= 15_000).length;
    if (late > 0) problems.push(`${late} answers later than Twilio waits`);
    const words = desk.load.words();
    return {
      counts: {
        "200": words.get(200) ?? 0,
        "503": words.get(503) ?? 0,
        "slowest answer, ms": slowestOf(desk.load.answers.map(({ milliseconds }) => milliseconds)),
        "first 200 after, ms": Math.round(recovery ?? Number.NaN),
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
  },
};
