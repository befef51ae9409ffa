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

/** Milliseconds between the steps that Twilio takes by itself. */
export type DeliveryPace = {
  queued: number;
  sent: number;
  delivered: number;
  read: number;
  senderUpdate: number;
  approval: number;
  /** Until a change of a Webhook Rule holds. */
  ruleUpdate: number;
  /** Before the first retry of a webhook; doubles. Twilio does not document one. */
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
  /** How often a file was asked for. */
  mediaRequests: number;
  alerts: MonitorAlert[];
  deliveries: SimulatorDelivery[];
  /** Last incoming message per account, business and customer: the 24-hour window. */
  windows: Map<string, number>;
};

/** Webhooks under way: tests wait for them, the end of the simulator cuts them off. */
type OutboundQueue = { underway: Set<Promise<unknown>>; stop: AbortController };

export type SimulatorContext = {
  state: SimulatorState;
  clock: SimulatorClock;
  random: RandomSource;
  chaos: InjectedFaults;
  feed: SimulatorFeed;
  pace: DeliveryPace;
  /** Where clients reach this simulator, without a slash at the end. */
  url: () => string;
  outbound: OutboundQueue;
};

export function findSender(account: SimulatorAccount, address: string) {
  return account.senders.find((sender) => sender.address === address);
}

export function findServiceOf(account: SimulatorAccount, senderSid: string) {
  return account.services.find((service) => service.senderSids.includes(senderSid));
}
