import { sleep } from "../../clock.ts";
import { type Fault, slowestOf } from "../../fault.ts";

export const serverKilled: Fault = {
  id: "F1",
  title: "kill -9 of the server under load",
  isInSlice: true,
  async run(lab) {
    const kills = lab.isWhole ? 20 : 4;
    await using desk = await lab.open({ load: { retries: 5 } });
    const problems: string[] = [];
    const recoveries: number[] = [];
    const over = new AbortController();
    const load = desk.load.runUntil(lab.rate(500), over.signal);
    for (let kill = 0; kill < kills; kill++) {
      await sleep(800 + Math.random() * 700);
      const killed = performance.now();
      desk.server.signal("SIGKILL");
      const recovery = await desk.recovery(60_000, killed);
      if (recovery === null) problems.push("not serving again after a minute");
      else recoveries.push(recovery);
    }
    for (const late of await lab.over(() => lab.restartLimit, recoveries))
      problems.push(`serving again only after ${Math.round(late)} ms`);
    over.abort();
    await load;
    const { acknowledged, events, problems: wrong } = await desk.check();
    return {
      counts: { kills, acknowledged, stored: events, "slowest to serve again, ms": slowestOf(recoveries) },
      problems: [...problems, ...wrong, ...desk.unexpected(["refused", "cut", 503])],
    };
  },
};
