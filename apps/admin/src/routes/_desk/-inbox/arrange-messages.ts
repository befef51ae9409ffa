import type { Message } from "./queries.ts";
import type { Unsent } from "./unsent.ts";

/** One row of a thread. Rows stay flat and keep their keys when older ones come in above, so that nothing jumps. */
interface Row {
  key: string;
  at: string;
  isOurs: boolean;
  author: string | null;
  /** Of those written by one person in one minute. */
  isFirst: boolean;
  isLast: boolean;
  item: { sent: Message } | { unsent: Unsent };
}

interface Day {
  key: string;
  at: string;
  rows: Row[];
}

const minuteOf = (at: string) => at.slice(0, 16);

/** Oldest first, by the reader's days. */
export function arrangeMessages(newestFirst: Message[], unsent: Unsent[], me: string): Day[] {
  const rows = [
    ...newestFirst.toReversed().map((sent) => ({
      key: sent.id,
      at: sent.createdAt,
      isOurs: sent.direction === "out",
      author: sent.author,
      item: { sent },
    })),
    ...unsent.map((each) => ({
      key: each.clientKey,
      at: each.at,
      isOurs: true,
      author: me,
      item: { unsent: each },
    })),
  ];
  const days: Day[] = [];
  for (const row of rows) {
    const key = new Date(row.at).toDateString();
    let day = days.at(-1);
    if (day?.key !== key) {
      day = { key, at: row.at, rows: [] };
      days.push(day);
    }
    const before = day.rows.at(-1);
    const goesOn =
      before?.isOurs === row.isOurs &&
      before.author === row.author &&
      minuteOf(before.at) === minuteOf(row.at);
    if (before && goesOn) before.isLast = false;
    day.rows.push({ ...row, isFirst: !goesOn, isLast: true });
  }
  return days;
}
