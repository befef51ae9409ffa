import { useSyncExternalStore } from "react";

const tick = 5_000;
let now = 0;
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, tick);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function current() {
  if (!timer) now = Math.floor(Date.now() / tick) * tick;
  return now;
}

export const useNow = () => useSyncExternalStore(subscribe, current);

const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const hourMinute = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "long" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });

export const exactTime = (at: string) => exact.format(new Date(at));
export const dateOnly = (at: string) => dayOfYear.format(new Date(at));

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

function ago(at: string, from: number): string {
  const seconds = Math.round((new Date(at).getTime() - from) / 1000);
  if (Math.abs(seconds) <= 5) return "just now";
  if (seconds < -30 * 86_400) return `on ${dateOnly(at)}`;
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return "just now";
}

export function RelativeTime({ at }: { at: string }) {
  const from = useNow();
  return (
    <time dateTime={at} title={exactTime(at)}>
      {ago(at, from)}
    </time>
  );
}

/** The time of day, with the date before it when it was not today. */
export function TimeOfDay({ at }: { at: string }) {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  return (
    <time dateTime={at} title={exactTime(at)}>
      {today ? clock.format(date) : `${day.format(date)}, ${clock.format(date).slice(0, 5)}`}
    </time>
  );
}

const DAY_MS = 86_400_000;

function daysAgo(date: Date): number {
  const midnight = (each: Date) => new Date(each.getFullYear(), each.getMonth(), each.getDate()).getTime();
  return Math.round((midnight(new Date()) - midnight(date)) / DAY_MS);
}

export const timeOfDay = (at: string) => hourMinute.format(new Date(at));

/** `Today`, `Yesterday`, `Friday`, `14 Nov 2026` */
export function dayLabel(at: string): string {
  const date = new Date(at);
  const days = daysAgo(date);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return days > 1 && days < 7 ? weekday.format(date) : dayOfYear.format(date);
}

/** As short as it can be told: the time of a moment today, the day of an earlier one. */
export function CompactTime({ at }: { at: string }) {
  const date = new Date(at);
  const days = daysAgo(date);
  return (
    <time dateTime={at} title={exactTime(at)}>
      {days === 0 ? hourMinute.format(date) : days < 7 ? dayLabel(at) : day.format(date)}
    </time>
  );
}

/** `yesterday, 14:03` */
export function DateAndTime({ at }: { at: string }) {
  const word = dayLabel(at);
  return (
    <time dateTime={at} title={exactTime(at)}>
      {/^(Today|Yesterday)/.test(word) ? word.toLowerCase() : `on ${word}`}, {timeOfDay(at)}
    </time>
  );
}
