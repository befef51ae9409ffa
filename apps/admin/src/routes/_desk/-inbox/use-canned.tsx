import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { trpc } from "../../../trpc.ts";
import { type Canned, cannedBegun, fillIn, findCanned } from "./canned.ts";
import type { OpenConversation } from "./queries.ts";
import { useSuggestions } from "./suggestions.tsx";

/** The answers that `/` at the start of a message offers. */
export function useCanned(
  contact: OpenConversation["contact"],
  text: string,
  setText: (text: string) => void,
) {
  const begun = cannedBegun(text);
  const { data } = useQuery({ ...trpc.replies.list.queryOptions(), enabled: begun !== null });
  return useSuggestions<Canned>({
    label: "Canned replies",
    begun,
    items: begun === null || !data ? [] : findCanned(data, begun).slice(0, 20),
    keyOf: ({ id }) => id,
    show: ({ shortcut, body }) => (
      <>
        <span className="mono strong">/{shortcut}</span>
        <span className="dim" style={{ overflow: "hidden", whiteSpace: "nowrap", textOverflow: "ellipsis" }}>
          {body}
        </span>
      </>
    ),
    onChoose: ({ body }) => setText(fillIn(body, contact)),
    empty:
      data?.length === 0 ? (
        <>
          There is no canned reply yet. What you answer often can be written once, under{" "}
          <Link to="/replies">Canned replies</Link>.
        </>
      ) : undefined,
  });
}
