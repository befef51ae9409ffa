import { sleep } from "../../clock.ts";
import { type Fault, formatShare } from "../../fault.ts";
import { FAULT_CONTACTS, incomingWebhook } from "../../fixtures.ts";
import type { LoadResponse } from "../../load.ts";
import { TcpFaultProxy } from "../../network/tcp-fault-proxy.ts";

/** Per direction. With 500 webhooks per batch, the database is the bottleneck instead of the shared CPU. */
const LATENCY_MS = 250;
const LANES = 1_500;
/**
 * Worst case for one webhook: its look-up, the running batch, and its own batch, each with two statements in both directions.
 */
const WAYS = 12;

export const overload: Fault = {
  id: "F20",
  title: "three times the load that can be borne, then a normal one",
  isInSlice: false,
  async run(lab) {
    await using spoiler = await TcpFaultProxy.create(lab.postgres.port);
    await using desk = await lab.open({ databasePort: spoiler.port });
    spoiler.latency = LATENCY_MS;
    const [account] = desk.accounts;
    await desk.load.run(20, 4_000, account);
    await desk.load.settled();
    // Measures the capacity: as many concurrent requests as fit, for five seconds.
    let number = 0;
    const begin = performance.now();
    const lane = async () => {
      while (performance.now() < begin + 5_000)
        await desk.load.deliver(incomingWebhook(account, `measure ${number}`, number++ % FAULT_CONTACTS));
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const capacity = (desk.load.words(begin).get(200) ?? 0) / ((performance.now() - begin) / 1_000);

    const seconds = lab.isWhole ? 30 : 10;
    const from = performance.now();
    await desk.load.run(3 * capacity, seconds * 1_000, account);
    const over = performance.now();
    const during = desk.load.answers.filter(
      ({ at, milliseconds, word }) => word === 200 && at >= from && at + milliseconds <= over,
    );
    const goodput = during.length / seconds;
    const normal = desk.load.run(capacity / 4, 10_000, account);
    await normal;
    await desk.load.settled();
    const excess = desk.load.answers.filter(({ at, word }) => at >= from && at < over && word === 503);
    const last = desk.load.answers.filter(({ at }) => at >= over + 5_000);
    const { acknowledged, events, problems } = await desk.check();
    if (goodput < 0.8 * capacity)
      problems.push(`goodput is only ${formatShare(goodput, capacity)} of what it bears`);
    // The load generator itself delays the observed response time.
    const refusal = percentile(excess, 0.95);
    if (refusal > 50 + lab.noticeLimit / 4) problems.push(`rejections took ${Math.round(refusal)} ms`);
    if (excess.some(({ retryAfter }) => !retryAfter)) problems.push("503 without Retry-After");
    const after = percentile(last, 0.99);
    if (after > 100 + WAYS * LATENCY_MS + lab.noticeLimit / 10)
      problems.push(`5 s later p99 is still ${Math.round(after)} ms`);
    await sleep(0);
    return {
      counts: {
        "borne a second": Math.round(capacity),
        "stored a second at three times that": Math.round(goodput),
        "503": excess.length,
        "p95 of a 503, ms": Math.round(refusal),
        "p99 after 5 s, ms": Math.round(after),
        acknowledged,
        stored: events,
      },
      problems: [...problems, ...desk.crashes(), ...desk.unexpected([503])],
    };
  },
};

export const noisyAccount: Fault = {
  id: "F21",
  title: "one account sends three times what can be borne, another 20 a second",
  isInSlice: false,
  async run(lab) {
    await using spoiler = await TcpFaultProxy.create(lab.postgres.port);
    await using desk = await lab.open({ databasePort: spoiler.port });
    spoiler.latency = LATENCY_MS;
    const [noisy, quiet] = desk.accounts;
    await desk.load.run(20, 4_000);
    await desk.load.settled();
    const from = performance.now();
    await Promise.all([
      desk.load.run(lab.rate(1_200), lab.isWhole ? 20_000 : 8_000, noisy),
      desk.load.run(20, lab.isWhole ? 20_000 : 8_000, quiet),
    ]);
    await desk.load.settled();
    const { acknowledged, events, problems } = await desk.check();
    const answers = desk.load.answers.filter(
      ({ at, connectionNo }) => at >= from && connectionNo === quiet.connectionNo,
    );
    const refused = answers.filter(({ word }) => word !== 200).length;
    if (refused > 0) problems.push(`${refused} of the quiet account refused`);
    const p99 = percentile(answers, 0.99);
    if (p99 > 250 + WAYS * LATENCY_MS + lab.noticeLimit / 10)
      problems.push(`the quiet account's p99 is ${Math.round(p99)} ms`);
    return {
      counts: {
        "of the noisy one": desk.load.answers.length - answers.length,
        "of these 503": desk.load.words().get(503) ?? 0,
        "of the quiet one": answers.length,
        "its p99, ms": Math.round(p99),
        acknowledged,
        stored: events,
      },
      problems: [...problems, ...desk.crashes(), ...desk.unexpected([503])],
    };
  },
};

function percentile(answers: LoadResponse[], part: number): number {
  const sorted = answers.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
