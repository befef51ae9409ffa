import { fileURLToPath } from "node:url";
import { sleep } from "../../clock.ts";
import type { Fault } from "../../fault.ts";

/** A server that responds before it commits, killed as in F1. */
export const answerBeforeCommit: Fault = {
  id: "F1n",
  title: "200 before the commit, and kill -9 of the server",
  isControl: true,
  isInSlice: true,
  async run(lab) {
    const program = fileURLToPath(new URL("../../broken/early-answer.ts", import.meta.url));
    await using desk = await lab.open({ program });
    const load = desk.load.run(lab.rate(300), 2_000);
    await sleep(1_500);
    await desk.server.stop("SIGKILL");
    await load;
    const { acknowledged, events, problems } = await desk.check();
    return { counts: { acknowledged, stored: events }, problems };
  },
};
