import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { trpc } from "../../../../trpc.ts";
import type { ConversationDetail } from "../queries.ts";
import {
  type CannedReply,
  cannedReplyQuery,
  fillPlaceholders,
  searchCannedReplies,
} from "./canned-replies.ts";
import { useSuggestionMenu } from "./suggestions.tsx";

/** The answers that `/` at the start of a message offers. */
export function useCannedReplies(
  contact: ConversationDetail["contact"],
  text: string,
  setText: (text: string) => void,
) {
  const begun = cannedReplyQuery(text);
  const { data } = useQuery({ ...trpc.replies.list.queryOptions(), enabled: begun !== null });
  return useSuggestionMenu<CannedReply>({
    label: "Canned replies",
    begun,
    items: begun === null || !data ? [] : searchCannedReplies(data, begun).slice(0, 20),
    keyOf: ({ id }) => id,
    show: ({ shortcut, body }) => (
      <>
        <span className="mono strong">/{shortcut}</span>
        <span className="dim" style={{ overflow: "hidden", whiteSpace: "nowrap", textOverflow: "ellipsis" }}>
          {body}
        </span>
      </>
    ),
    onChoose: ({ body }) => setText(fillPlaceholders(body, contact)),
    empty:
      data?.length === 0 ? (
        <>
          There is no canned reply yet. What you answer often can be written once, under{" "}
          <Link to="/replies">Canned replies</Link>.
        </>
      ) : undefined,
  });
}
