import type { InjectedFaults } from "./chaos.ts";
import type { SimulatorClock } from "./clock.ts";
import type { SimulatorFeed } from "./feed.ts";
import type { RandomSource } from "./random.ts";
import type {
  MonitorAlert,
  SimulatorAccount,
  SimulatorDelivery,
  SimulatorMedia,
  SimulatorMessage,
} from "./types.ts";

/** Delays, in milliseconds, of the transitions that Twilio makes on its own. */
export type DeliveryPace = {
  queued: number;
  sent: number;
  delivered: number;
  read: number;
  senderUpdate: number;
  approval: number;
  /** Until a change of a Webhook Rule takes effect. */
  ruleUpdate: number;
  /** Before the first retry of a webhook; doubles with each retry. Twilio does not document a delay. */
  retry: number;
};

export const realisticPace: Readonly<DeliveryPace> = {
  queued: 60,
  sent: 150,
  delivered: 350,
  read: 900,
  senderUpdate: 400,
  approval: 1500,
  ruleUpdate: 1000,
  retry: 100,
};

export type SimulatorState = {
  accounts: Map<string, SimulatorAccount>;
  messages: Map<string, SimulatorMessage>;
  media: Map<string, SimulatorMedia>;
  mediaLinks: Map<string, { mediaSid: string; expires: number }>;
  /** Number of requests for media files. */
  mediaRequests: number;
  alerts: MonitorAlert[];
  deliveries: SimulatorDelivery[];
  /** Time of the last incoming message per account, business and customer. Determines the customer service window. */
  windows: Map<string, number>;
};

/** Webhooks in flight. Tests wait for them; stopping or resetting the simulator aborts them. */
type OutboundQueue = { underway: Set<Promise<unknown>>; stop: AbortController };

export type SimulatorContext = {
  state: SimulatorState;
  clock: SimulatorClock;
  random: RandomSource;
  chaos: InjectedFaults;
  feed: SimulatorFeed;
  pace: DeliveryPace;
  /** Public base URL of this simulator, without a trailing slash. */
  url: () => string;
  outbound: OutboundQueue;
};

export function findSender(account: SimulatorAccount, address: string) {
  return account.senders.find((sender) => sender.address === address);
}

export function findServiceOf(account: SimulatorAccount, senderSid: string) {
  return account.services.find((service) => service.senderSids.includes(senderSid));
}
