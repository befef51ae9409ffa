import { sleep } from "../../clock.ts";
import { type Fault, slowestOf } from "../../fault.ts";
import type { FaultMode } from "../../network/faulty-twilio.ts";
import { limitConcurrency, SendingInstallation } from "../../sending-installation.ts";

const MOODS: FaultMode[] = [
  "no answer, made",
  "no answer, not made",
  "half an answer",
  "a byte a second",
  "reset, made",
  "reset, not made",
  "well, slowly",
];
/** After this time, the installation must mark a handed-over message as uncertain. */
const LONGEST_SECONDS = 20;
/** Time limit for a webhook on a machine where a server starts in two seconds. Twilio waits 15 s. */
const WEBHOOK_MS = 5_000;
const TWILIO_MS = 15_000;

/**
 * Twilio hangs for one account. Some callbacks of the other accounts are lost too, so that the message list has to be fetched.
 */
export const twilioHangs: Fault = {
  id: "F5",
  title: "Twilio hangs, gives half an answer, a byte a second, resets",
  isInSlice: false,
  async run(lab) {
    await using sending = await SendingInstallation.open(lab, {
      senders: lab.isWhole ? 6 : 3,
      customers: 30,
    });
    const { simulator, twilio, desk } = sending;
    const plan = sending.plan(lab.isWhole ? 3_000 : 180);
    const [hung] = sending.talks;
    const inMood = limitConcurrency(MOODS, 4);
    twilio.mood = (form) => (form.get("From") === hung?.ours ? inMood() : null);
    simulator.setChaos({ lost: 0.3 });
    let longest = 0;
    let isRunning = true;
    const watch = (async () => {
      while (isRunning) {
        longest = Math.max(longest, await sending.longestUnanswered());
        await sleep(250);
      }
    })();
    const webhooks = { times: [] as number[], wrong: 0 };
    const write = (async () => {
      for (let number = 0; isRunning; number++) {
        const { from, to } = { from: hung?.address ?? "", to: hung?.ours ?? "" };
        const started = performance.now();
        const { delivery } = await simulator.sendIncoming({ from, to, body: `And ${number}?`, wait: true });
        // Webhooks that the simulator drops on purpose never reach the server.
        if (delivery?.httpStatus === 200) webhooks.times.push(performance.now() - started);
        else if (delivery?.state !== "lost") webhooks.wrong += 1;
        await sleep(50);
      }
    })();
    await sending.say(plan);
    const started = performance.now();
    const others = plan.filter(({ talk }) => talk.ours !== hung?.ours);
    const isFree = await sending.allSent(others, lab.isWhole ? 300_000 : 30_000);
    const othersSeconds = (performance.now() - started) / 1_000;
    const isHandedOver = await sending.handedOver(lab.isWhole ? 1_200_000 : 120_000);
    isRunning = false;
    await Promise.all([watch, write]);
    simulator.setChaos({ lost: 0 });
    const uncertain = (await sending.states()).uncertain ?? 0;
    const isOver = isHandedOver && (await sending.settled(180_000));
    const { counts, problems } = await sending.compare(plan);
    if (!isFree) problems.push("the other senders had to wait for the one that hangs");
    if (!isOver) problems.push(`it did not come to an end: ${JSON.stringify(await sending.states())}`);
    if (longest > LONGEST_SECONDS) problems.push(`one was without an answer for ${longest.toFixed(1)} s`);
    if (webhooks.wrong > 0) problems.push(`${webhooks.wrong} webhooks were not answered 200 meanwhile`);
    if (
      slowestOf(webhooks.times) > Math.min(TWILIO_MS, WEBHOOK_MS * Math.max(1, lab.startMilliseconds / 2_000))
    )
      problems.push(`a webhook was answered only after ${slowestOf(webhooks.times)} ms meanwhile`);
    return {
      counts: {
        ...counts,
        "uncertain at the end of the fault": uncertain,
        "longest without an answer, s": longest.toFixed(1),
        "the others done after, s": othersSeconds.toFixed(1),
        "webhooks meanwhile": webhooks.times.length,
        "slowest of them, ms": slowestOf(webhooks.times),
      },
      problems: [...problems, ...desk.crashes()],
    };
  },
};
