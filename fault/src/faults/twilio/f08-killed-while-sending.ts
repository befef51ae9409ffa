import { waitUntil } from "../../clock.ts";
import type { Fault } from "../../fault.ts";
import { SendingInstallation } from "../../sending-installation.ts";

const STAGES = ["claimed", "answered"] as const;
/** A conversation whose server died resumes after this time. */
const ORPHANED_MS = 60_000;

export const killedWhileSending: Fault = {
  id: "F8",
  title: "kill -9 between claiming and sending, and between sending and recording",
  isInSlice: true,
  async run(lab) {
    const rounds = lab.isWhole ? 50 : 3;
    await using sending = await SendingInstallation.open(lab, {
      senders: 4,
      customers: lab.isWhole ? 100 : 20,
    });
    const { desk, simulator } = sending;
    const plan = sending.plan(lab.isWhole ? 4_000 : 160);
    // Half of the sent messages get no status callback, so their outcome is only in Twilio's message list.
    simulator.setChaos({ lost: 0.5 });
    const saying = sending.say([...plan]);
    // The await below handles the error.
    saying.catch(() => {});
    let kills = 0;
    const problems: string[] = [];
    for (let round = 0; round < rounds * STAGES.length; round++) {
      const before = desk.server.crashes;
      sending.dieAt(STAGES[round % STAGES.length] as "claimed");
      // Adds a message, since a server without messages to send never reaches the stage.
      await sending.say(sending.planOne(plan));
      if (!(await waitUntil(() => desk.server.crashes > before, ORPHANED_MS))) {
        problems.push(`round ${round} did not die`);
        break;
      }
      kills += 1;
      if (!(await waitUntil(() => desk.server.isReady(), 60_000))) problems.push("it did not come back");
    }
    await saying;
    const isHandedOver = await sending.handedOver(lab.isWhole ? 600_000 : ORPHANED_MS);
    simulator.setChaos({ lost: 0 });
    const uncertain = (await sending.states()).uncertain ?? 0;
    const isOver = isHandedOver && (await sending.settled(180_000));
    const found = await sending.compare(plan);
    if (!isOver) problems.push(`it did not come to an end: ${JSON.stringify(await sending.states())}`);
    return {
      counts: { kills, "uncertain at the end of the fault": uncertain, ...found.counts },
      problems: [...problems, ...found.problems],
    };
  },
};
