import type { Fault } from "../../fault.ts";
import type { FaultMode } from "../../network/faulty-twilio.ts";
import { limitConcurrency, SendingInstallation } from "../../sending-installation.ts";

const MOODS: FaultMode[] = [
  "HTML, made",
  "HTML, not made",
  "not JSON",
  "wrong types",
  "null",
  "no sid",
  "redirect elsewhere",
  "redirect elsewhere, as if found",
  "50 MB",
];
const MOST_MEGABYTES = 200;

export const twilioMalformed: Fault = {
  id: "F6",
  title: "Twilio answers HTML, broken JSON, wrong types, 50 MB, redirects elsewhere",
  isInSlice: true,
  async run(lab) {
    await using sending = await SendingInstallation.open(lab, { senders: 3, customers: 20 });
    const { twilio, desk } = sending;
    const plan = sending.plan(lab.isWhole ? 1_200 : 120);
    twilio.mood = limitConcurrency(MOODS, 5);
    const before = desk.server.megabytes();
    await sending.say(plan);
    const isHandedOver = await sending.handedOver(lab.isWhole ? 600_000 : 90_000);
    const grown = desk.server.megabytes() - before;
    const isOver = isHandedOver && (await sending.settled(180_000));
    const { counts, problems } = await sending.compare(plan);
    if (!isOver) problems.push(`it did not come to an end: ${JSON.stringify(await sending.states())}`);
    if (grown > MOST_MEGABYTES) problems.push(`the server grew by ${Math.round(grown)} MB`);
    const malformed = [...twilio.calls].filter(([name]) => name !== "well");
    return {
      counts: {
        ...counts,
        "malformed answers": malformed.reduce((sum, [, count]) => sum + count, 0),
        "calls elsewhere": twilio.strays,
        "grown by, MB": Math.round(grown),
      },
      problems: [...problems, ...desk.crashes()],
    };
  },
};
