/**
 * The status of a message as reported by an event: the number in `twilio_whatsapp_webhook_events.step`. Never renumber: the
 * numbers are in the database. (Twilio's OpenAPI, message_enum_status.)
 */
const statusSteps = {
  accepted: 1,
  scheduled: 2,
  queued: 3,
  sending: 4,
  sent: 5,
  delivered: 6,
  read: 7,
  partially_delivered: 8,
  undelivered: 9,
  failed: 10,
  canceled: 11,
} as const;

export const INCOMING_STATUS = 0;
/** A status callback whose status has no number. The status text is stored beside it. */
export const OTHER_STATUS = 99;
/** Neither a message nor a status callback. */
export const UNKNOWN_STATUS = -1;
export const FAILED_STATUSES: readonly number[] = [statusSteps.undelivered, statusSteps.failed];

const words = new Map<number, string>(Object.entries(statusSteps).map(([word, step]) => [step, word]));
const steps = new Map<string, number>(Object.entries(statusSteps));

export function statusCodeOf(word: string): number {
  return steps.get(word) ?? OTHER_STATUS;
}

/** Null for numbers outside the list of statuses. */
export function rawStatusOf(step: number): string | null {
  return words.get(step) ?? null;
}

export type WebhookEventKind = "message" | "status" | "unknown";

export function kindOfStatus(step: number): WebhookEventKind {
  if (step === INCOMING_STATUS) return "message";
  return step === UNKNOWN_STATUS ? "unknown" : "status";
}
