import { IconClock } from "@tabler/icons-react";
import { exactTime, useNow } from "../../../../ui/time.tsx";
import css from "./composer.module.css";

const SOON_MS = 2 * 3_600_000;
const MINUTE_MS = 60_000;

/** Whether WhatsApp takes free text now. It closes by itself as the time passes. */
export function useServiceWindow(closesAt: string | null) {
  const now = useNow();
  const left = closesAt === null ? 0 : Math.max(0, new Date(closesAt).getTime() - now);
  return { left, isOpen: left > 0 };
}

function lasting(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 1) return "less than a minute";
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}

export function ServiceWindowBanner({ closesAt, left }: { closesAt: string; left: number }) {
  return (
    <div className={css.edge} data-tone={left < SOON_MS ? "warn" : undefined} title={exactTime(closesAt)}>
      <IconClock size={14} aria-hidden />
      Free replies for another {lasting(left)}
    </div>
  );
}
