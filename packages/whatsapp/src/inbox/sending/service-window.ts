import type { TestClock } from "../../connections/simulator-clock.ts";

/** WhatsApp's rule: whatever one likes for 24 hours after the customer's last message, templates only after that. */
const WINDOW_MS = 24 * 60 * 60 * 1_000;

/**
 * When the customer service window closes, by the real clock; null where the customer has never written. For a test connection it
 * closes when the simulator's clock says so: moved by 24 hours, it closed when it was moved.
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
