import { sleep } from "../../clock.ts";
import { type Fault, slowestOf } from "../../fault.ts";
import { httpStatusOfServer } from "../../processes/server-process.ts";

export const stalledServer: Fault = {
  id: "F19",
  title: "the server stands still for 3 s",
  isInSlice: true,
  async run(lab) {
    await using desk = await lab.open();
    const load = desk.load.run(lab.rate(200), 6_000);
    await sleep(1_000);
    desk.server.signal("SIGSTOP");
    const readiness = await httpStatusOfServer(desk.server.port, "/readyz", 1_000);
    await sleep(2_000);
    desk.server.signal("SIGCONT");
    await load;
    const { acknowledged, events, problems } = await desk.check();
    if (readiness !== null) problems.push(`it said ${readiness} to whoever asked whether it is ready`);
    return {
      counts: {
        "slowest answer, ms": slowestOf(desk.load.answers.map(({ milliseconds }) => milliseconds)),
        acknowledged,
        stored: events,
      },
      problems: [...problems, ...desk.crashes(), ...desk.unexpected()],
    };
  },
};

export const lowMemoryServer: Fault = {
  id: "F19b",
  title: "hardly enough memory to run, and thousands of requests at once",
  isInSlice: false,
  async run(lab) {
    await using desk = await lab.open({ flags: ["--max-old-space-size=56"], load: { retries: 5 } });
    const [account] = desk.accounts;
    for (let round = 0; round < 2; round++) {
      await desk.load.run(lab.rate(6_000), 1_500, account);
      await desk.load.settled();
    }
    const { acknowledged, events, problems } = await desk.check();
    const crashes = desk.server.crashes;
    return {
      counts: { "ended for want of memory": crashes, acknowledged, stored: events },
      problems: [...problems, ...desk.unexpected(["refused", "cut", "timeout", 503])],
    };
  },
};
