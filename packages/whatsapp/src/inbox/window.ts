/** WhatsApp's rule: whatever one likes for 24 hours after the customer's last message, templates only after that. */
const WINDOW_MS = 24 * 60 * 60 * 1_000;

/** When free answers end; null where the customer has never written. */
export function windowClosesAt(lastIncomingAt: Date | null): Date | null {
  return lastIncomingAt && new Date(lastIncomingAt.getTime() + WINDOW_MS);
}

export function isWindowOpen(lastIncomingAt: Date | null, now: Date): boolean {
  const closes = windowClosesAt(lastIncomingAt);
  return closes !== null && closes > now;
}
