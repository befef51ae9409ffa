import type { QueuedMessage } from "../composer/send-queue.ts";
import type { ThreadMessage, ThreadNote } from "../queries.ts";

/** One row of a thread. Rows stay flat and keep their keys when older ones come in above, so that nothing jumps. */
interface Row {
  key: string;
  at: string;
  isOurs: boolean;
  author: string | null;
  /** Of those written by one person in one minute. */
  isFirst: boolean;
  isLast: boolean;
  item: { sent: ThreadMessage } | { unsent: QueuedMessage } | { note: ThreadNote };
}

interface Day {
  key: string;
  at: string;
  rows: Row[];
}

const minuteOf = (at: string) => at.slice(0, 16);

/** Oldest first, by the reader's days; notes where they were written. */
export function groupMessagesByDay(
  newestFirst: ThreadMessage[],
  notes: ThreadNote[],
  unsent: QueuedMessage[],
  me: string,
): Day[] {
  const rows = [
    ...between(
      newestFirst.toReversed().map((sent) => ({
        key: sent.id,
        at: sent.createdAt,
        isOurs: sent.direction === "out",
        author: sent.author,
        item: { sent },
      })),
      notes.map((note) => ({
        key: note.id,
        at: note.createdAt,
        isOurs: true,
        author: note.author,
        item: { note },
      })),
    ),
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
      !("note" in row.item || "note" in before.item) &&
      before.author === row.author &&
      minuteOf(before.at) === minuteOf(row.at);
    if (before && goesOn) before.isLast = false;
    day.rows.push({ ...row, isFirst: !goesOn, isLast: true });
  }
  return days;
}

/** Merges two lists that the server has put in order: each keeps its order, whatever its times say. */
function between<One extends { at: string }, Other extends { at: string }>(ones: One[], others: Other[]) {
  const merged: (One | Other)[] = [];
  let next = 0;
  for (const one of ones) {
    for (let other = others[next]; other && other.at < one.at; other = others[++next]) merged.push(other);
    merged.push(one);
  }
  return [...merged, ...others.slice(next)];
}
