import { sleep } from "../../clock.ts";
import type { Fault } from "../../fault.ts";
import { limitConcurrency, SendingInstallation } from "../../sending-installation.ts";

export const twilioRefuses: Fault = {
  id: "F4",
  title: "Twilio answers 5xx, 429 with Retry-After, refuses connections",
  isInSlice: false,
  async run(lab) {
    await using sending = await SendingInstallation.open(lab, {
      senders: lab.isWhole ? 6 : 3,
      customers: 20,
    });
    const { twilio } = sending;
    const plan = sending.plan(lab.isWhole ? 2_400 : 90);
    const half = plan.length / 2;
    twilio.mood = limitConcurrency(
      ["429 with Retry-After", "500, not made", "429 with Retry-After", "503, not made", "500, made"],
      2,
    );
    await sending.say(plan.slice(0, half));
    twilio.mood = () => null;
    await twilio.close();
    const saying = sending.say(plan.slice(half));
    await sleep(lab.isWhole ? 60_000 : 5_000);
    await twilio.open();
    await saying;
    const isOver =
      (await sending.handedOver(lab.isWhole ? 600_000 : 60_000)) && (await sending.settled(180_000));
    const { counts, problems } = await sending.compare(plan);
    if (!isOver) problems.push(`it did not come to an end: ${JSON.stringify(await sending.states())}`);
    if (twilio.tooEarly > 0) problems.push(`${twilio.tooEarly} calls before Retry-After was over`);
    return {
      counts: {
        ...counts,
        "told to wait": twilio.calls.get("429 with Retry-After") ?? 0,
        "too early": twilio.tooEarly,
      },
      problems: [...problems, ...sending.desk.crashes()],
    };
  },
};
