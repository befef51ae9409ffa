import type { Chaos } from "./chaos.ts";
import type { Clock } from "./clock.ts";
import type { Feed } from "./feed.ts";
import type { Random } from "./random.ts";
import type { Account, Alert, Delivery, Media, Message } from "./types.ts";

/** Milliseconds between the steps that Twilio takes by itself. */
export type Pace = {
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

export const naturalPace: Readonly<Pace> = {
  queued: 60,
  sent: 150,
  delivered: 350,
  read: 900,
  senderUpdate: 400,
  approval: 1500,
  ruleUpdate: 1000,
  retry: 100,
};

export type State = {
  accounts: Map<string, Account>;
  messages: Map<string, Message>;
  media: Map<string, Media>;
  mediaLinks: Map<string, { mediaSid: string; expires: number }>;
  /** How often a file was asked for. */
  mediaRequests: number;
  alerts: Alert[];
  deliveries: Delivery[];
  /** Last incoming message per account, business and customer: the 24-hour window. */
  windows: Map<string, number>;
};

/** Webhooks under way: tests wait for them, the end of the simulator cuts them off. */
export type Outbound = { underway: Set<Promise<unknown>>; stop: AbortController };

export type Context = {
  state: State;
  clock: Clock;
  random: Random;
  chaos: Chaos;
  feed: Feed;
  pace: Pace;
  /** Where clients reach this simulator, without a slash at the end. */
  url: () => string;
  outbound: Outbound;
};

export function findSender(account: Account, address: string) {
  return account.senders.find((sender) => sender.address === address);
}

export function findServiceOf(account: Account, senderSid: string) {
  return account.services.find((service) => service.senderSids.includes(senderSid));
}
