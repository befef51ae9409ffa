import type { Message } from "./queries.ts";
import type { Unsent } from "./unsent.ts";

type Shown = { key: string; at: string; sent: Message } | { key: string; at: string; unsent: Unsent };

interface Group {
  key: string;
  isOurs: boolean;
  author: string | null;
  messages: Shown[];
}

export interface Day {
  key: string;
  at: string;
  groups: Group[];
}

const minuteOf = (at: string) => at.slice(0, 16);

/** Oldest first, by the reader's days, then by who wrote in the same minute. */
export function groupMessages(newestFirst: Message[], unsent: Unsent[], me: string): Day[] {
  const shown: Shown[] = [
    ...newestFirst.toReversed().map((sent) => ({ key: sent.id, at: sent.createdAt, sent })),
    ...unsent.map((each) => ({ key: each.clientKey, at: each.at, unsent: each })),
  ];
  const days: Day[] = [];
  for (const each of shown) {
    const date = new Date(each.at).toDateString();
    let day = days.at(-1);
    if (day?.key !== date) {
      day = { key: date, at: each.at, groups: [] };
      days.push(day);
    }
    const isOurs = "unsent" in each || each.sent.direction === "out";
    const author = "unsent" in each ? me : isOurs ? each.sent.author : null;
    const last = day.groups.at(-1);
    const lastAt = last?.messages.at(-1)?.at;
    if (
      last &&
      lastAt &&
      last.isOurs === isOurs &&
      last.author === author &&
      minuteOf(lastAt) === minuteOf(each.at)
    )
      last.messages.push(each);
    else day.groups.push({ key: each.key, isOurs, author, messages: [each] });
  }
  return days;
}
