import { dateOnly } from "../../../../ui/time.tsx";
import css from "../inbox.module.css";
import type { SearchCoverageOutput } from "../queries.ts";

/** What a search did not look through, so that nobody takes what it found for all there is. */
export function SearchCoverageNotice({ searched }: { searched: SearchCoverageOutput | null | undefined }) {
  if (!searched) return null;
  const { messagesSince, partsSince } = searched;
  return (
    <div className={css.limits}>
      {messagesSince ? (
        <p role="status">
          Older messages are still being indexed. Messages before {dateOnly(messagesSince)} and some names are
          not searched yet.
        </p>
      ) : null}
      {partsSince ? (
        <p>
          Parts of words are found in messages since {dateOnly(partsSince)}. For older messages, search for
          whole words.
        </p>
      ) : null}
    </div>
  );
}
