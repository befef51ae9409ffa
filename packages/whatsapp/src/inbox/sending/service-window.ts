import type { TestClock } from "../../connections/simulator-clock.ts";

/** WhatsApp's rule: free-form messages for 24 hours after the customer's last message, then only templates. */
const WINDOW_MS = 24 * 60 * 60 * 1_000;

/**
 * When the customer service window closes, by the real clock; null if the customer has never written. For a test connection the
 * simulator's clock decides: if it was moved by 24 hours, the window closed at that moment.
 */
export function serviceWindowClosesAt(
  lastIncomingAt: Date | null,
  { mode }: { mode: "live" | "test" },
  clock: TestClock,
): Date | null {
  if (lastIncomingAt === null) return null;
  return new Date(lastIncomingAt.getTime() + WINDOW_MS - clock.movedSince(mode, lastIncomingAt));
}

export const isServiceWindowOpen = (closesAt: Date | null): boolean =>
  closesAt !== null && closesAt > new Date();
