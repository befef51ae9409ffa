import { sleep } from "../../clock.ts";
import type { Fault } from "../../fault.ts";
import type { ServerProcess } from "../../processes/server-process.ts";

export const oneServerPaused: Fault = {
  id: "F16",
  title: "one of two servers paused, then going on where it was",
  isInSlice: true,
  async run(lab) {
    const milliseconds = lab.isWhole ? 60_000 : 5_000;
    await using desk = await lab.open({ servers: 2, load: { retries: 5 } });
    const [, paused] = desk.servers as [ServerProcess, ServerProcess];
    const over = new AbortController();
    const load = desk.load.runUntil(lab.rate(100), over.signal);
    await sleep(1_000);
    paused.signal("SIGSTOP");
    const from = performance.now();
    await sleep(milliseconds);
    paused.signal("SIGCONT");
    const to = performance.now();
    await sleep(2_000);
    over.abort();
    await load;
    const { acknowledged, events, problems } = await desk.check();
    const words = desk.load.words(from, to);
    // Requests to the paused server wait and can time out. No request may get a wrong response.
    return {
      counts: {
        "paused, ms": milliseconds,
        "200 meanwhile": words.get(200) ?? 0,
        "gave up": desk.load.words().get("timeout") ?? 0,
        acknowledged,
        stored: events,
      },
      problems: [...problems, ...desk.crashes(), ...desk.unexpected(["timeout", 503])],
    };
  },
};
