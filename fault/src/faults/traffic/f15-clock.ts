import { existsSync, globSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sleep } from "../../clock.ts";
import type { Fault, FaultFinding } from "../../fault.ts";
import { signInOwner } from "../../sign-in-owner.ts";

/** `FAKETIME` offsets, applied in sequence during the load: an hour and a day, forward and back. */
const JUMPS = ["+1h", "-1h", "+1d", "-1d", "+0"];

export const clockJumps: Fault = {
  id: "F15",
  title: "the server's clock jumps by hours and days, forward and back",
  isInSlice: false,
  async run(lab): Promise<FaultFinding> {
    const [library] = globSync("/usr/lib/*/faketime/libfaketime.so.1");
    if (!library || !existsSync(library))
      return {
        counts: {},
        problems: [],
        skipped: "faketime is not installed (Debian: apt-get install faketime)",
      };
    const clock = join(lab.folder, "clock");
    writeFileSync(clock, "+0\n");
    await using desk = await lab.open({
      environment: {
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: "1",
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
      },
    });
    const session = await signInOwner(desk.server.port);
    const problems: string[] = [];
    const over = new AbortController();
    const load = desk.load.runUntil(lab.rate(200), over.signal);
    for (const jump of JUMPS) {
      await sleep(2_500);
      writeFileSync(clock, `${jump}\n`);
      await sleep(500);
      const isAlive = await session.isAlive();
      if (jump.endsWith("h") && !isAlive) problems.push(`the session was over after a jump to ${jump}`);
      if (jump === "+1d" && isAlive) problems.push("a session that idled for a day still lived");
    }
    await sleep(1_000);
    over.abort();
    await load;
    const { acknowledged, events, problems: wrong } = await desk.check();
    return {
      counts: { jumps: JUMPS.length, acknowledged, stored: events },
      problems: [...problems, ...wrong, ...desk.crashes(), ...desk.unexpected()],
    };
  },
};
