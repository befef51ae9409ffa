import { listControlMessages } from "../control/list-messages.ts";
import { receiveMessage } from "../incoming/receive-message.ts";
import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS } from "../sentinels.ts";
import { findSender, type SimulatorContext } from "../state/context.ts";
import { createRandom } from "../state/random.ts";
import { composeSampleDay, SAMPLE_DAY_MS, type SampleMoment } from "./compose-day.ts";

export type SampleDayInput = {
  accountSid?: string;
  sender?: string;
  /** Speed relative to real time: 720 plays twelve hours in a minute. */
  speed?: number;
  customers?: number;
  seed?: string;
};

export type SampleDay = {
  running: boolean;
  sent: number;
  total: number;
  delivered: number;
  failed: number;
  /** Messages without a configured webhook. */
  silent: number;
  speed: number;
  /** The current time within the simulated day. */
  time: string;
};

export type SampleDayPlayer = ReturnType<typeof createSampleDayPlayer>;

const openingHour = 8;
const defaultSpeed = 720;

/** Plays a day's incoming messages, one day at a time. The speed can change while a day is running. */
export function createSampleDayPlayer(ctx: SimulatorContext) {
  let moments: SampleMoment[] = [];
  let timer: NodeJS.Timeout | undefined;
  let position = 0;
  let target = { accountSid: "", sender: "" };
  const day: SampleDay = {
    running: false,
    sent: 0,
    total: 0,
    delivered: 0,
    failed: 0,
    silent: 0,
    speed: defaultSpeed,
    time: showTime(0),
  };

  function tell() {
    ctx.feed.publish("sample-day", { ...day });
  }

  function step() {
    const moment = moments[day.sent];
    if (!moment) {
      day.running = false;
      return tell();
    }
    timer = setTimeout(
      () => {
        position = moment.at;
        day.sent++;
        day.time = showTime(position);
        send(moment);
        tell();
        step();
      },
      Math.max((moment.at - position) / day.speed, 0),
    );
  }

  function send({ input }: SampleMoment) {
    const to = target.sender;
    const answered =
      input.kind === "reply"
        ? listControlMessages(ctx, {
            ...target,
            business: to,
            customer: input.from,
            direction: "outbound",
            limit: 1,
          })[0]
        : undefined;
    const kind = input.kind === "reply" && !answered ? "text" : input.kind;
    const { delivery } = receiveMessage(ctx, {
      ...input,
      accountSid: target.accountSid,
      to,
      kind,
      repliedMessageSid: answered?.sid,
    });
    void delivery.then((done) => {
      if (!done) day.silent++;
      else if (done.state === "delivered") day.delivered++;
      else day.failed++;
      tell();
    });
  }

  function stop() {
    clearTimeout(timer);
    day.running = false;
    tell();
  }

  return {
    progress: (): SampleDay => ({ ...day }),
    start(input: SampleDayInput): SampleDay {
      if (input.speed !== undefined && !(input.speed > 0)) throw new RangeError("speed is a number above 0");
      if (day.running && input.speed) {
        day.speed = input.speed;
        clearTimeout(timer);
        step();
        return { ...day };
      }
      clearTimeout(timer);
      target = chooseSender(ctx, input);
      moments = composeSampleDay(
        createRandom(input.seed ?? "sample day"),
        Math.min(input.customers ?? 200, 2000),
      );
      position = 0;
      Object.assign(day, {
        running: true,
        sent: 0,
        total: moments.length,
        delivered: 0,
        failed: 0,
        silent: 0,
        speed: input.speed ?? defaultSpeed,
        time: showTime(0),
      });
      tell();
      step();
      return { ...day };
    },
    stop,
  };
}

function chooseSender(ctx: SimulatorContext, input: SampleDayInput): { accountSid: string; sender: string } {
  const account = ctx.state.accounts.get(input.accountSid ?? SENTINEL_ACCOUNTS.healthy);
  if (!account) throw new RangeError(`no account ${input.accountSid}`);
  const sender = input.sender ?? account.senders[0]?.address ?? SENTINEL_SENDERS.online;
  if (!findSender(account, sender)) throw new RangeError(`${sender} is no sender of ${account.sid}`);
  return { accountSid: account.sid, sender };
}

function showTime(at: number): string {
  const minutes = Math.floor(Math.min(at, SAMPLE_DAY_MS) / 60_000) + openingHour * 60;
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
