import { textParam } from "../../../components/text-param.ts";
import { type RouterOutputs, trpc, trpcClient } from "../../../trpc.ts";

export type ConversationListItem = RouterOutputs["conversations"]["list"]["items"][number];
export type ConversationDetail = RouterOutputs["conversations"]["get"];
export type ThreadMessage = RouterOutputs["messages"]["list"]["items"][number];
export type ThreadNote = RouterOutputs["notes"]["list"]["items"][number];
export type SearchCoverageOutput = NonNullable<RouterOutputs["conversations"]["list"]["searched"]>;
type Thread = RouterOutputs["messages"]["list"];

export const conversationFilters = ["mine", "unassigned", "unread", "mentioned"] as const;

/** The part of the URL that the inbox lives in. */
export interface InboxSearch {
  filter?: (typeof conversationFilters)[number];
  state?: "resolved";
  q?: string;
}

export function readInboxSearch(search: Record<string, unknown>): InboxSearch {
  return {
    filter: conversationFilters.find((filter) => filter === search.filter),
    state: search.state === "resolved" ? "resolved" : undefined,
    q: textParam(search.q)?.slice(0, 200),
  };
}

/** The message that a link or a search leads to. */
export function readThreadSearch(search: Record<string, unknown>): { message?: string } {
  return { message: textParam(search.message)?.slice(0, 64) };
}

interface Cursor {
  pageParam: string | null;
  signal: AbortSignal;
}

/** Where a page of a thread begins: at the newest message if nowhere else. */
type ThreadPlace = { cursor?: string; after?: string; around?: string };

const pages = {
  initialPageParam: null as string | null,
  getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
};

export function conversationsQuery({ filter, state, q }: InboxSearch) {
  // Whoever is mentioned is wanted, whatever has become of the conversation.
  const isOpen = filter === "mentioned" ? undefined : state !== "resolved";
  const input = { filter: filter ?? ("all" as const), isOpen, search: q, limit: 30 };
  return {
    queryKey: trpc.conversations.list.infiniteQueryKey(input),
    // tRPC's own infinite options add a `direction`, which the strict input refuses.
    queryFn: ({ pageParam, signal }: Cursor) =>
      trpcClient.conversations.list.query({ ...input, cursor: pageParam ?? undefined }, { signal }),
    ...pages,
  };
}

export const conversationQuery = (conversationId: string) =>
  trpc.conversations.get.queryOptions({ conversationId });

/** Whether there has ever been any, whatever the filters hide. */
export const anyConversationQuery = () =>
  trpc.conversations.list.queryOptions(
    { filter: "all", limit: 1 },
    { select: (page) => page.items.length > 0 },
  );

/** A thread from its newest message on, or with the message `around` that a search found. */
export function messagesQuery(conversationId: string, around?: string) {
  const input = { conversationId, limit: 50, ...(around === undefined ? {} : { around }) };
  return {
    queryKey: trpc.messages.list.infiniteQueryKey(input),
    queryFn: ({ pageParam, signal }: { pageParam: ThreadPlace; signal: AbortSignal }): Promise<Thread> =>
      trpcClient.messages.list.query({ conversationId, limit: 50, ...pageParam }, { signal }),
    initialPageParam: (around === undefined ? {} : { around }) as ThreadPlace,
    getNextPageParam: ({ nextCursor }: Thread): ThreadPlace | null =>
      nextCursor === null ? null : { cursor: nextCursor },
    getPreviousPageParam: ({ previousCursor }: Thread): ThreadPlace | null =>
      previousCursor === null ? null : { after: previousCursor },
  };
}

export function notesQuery(conversationId: string) {
  const input = { conversationId, limit: 100 };
  return {
    queryKey: trpc.notes.list.infiniteQueryKey(input),
    queryFn: ({ pageParam, signal }: Cursor) =>
      trpcClient.notes.list.query({ ...input, cursor: pageParam ?? undefined }, { signal }),
    ...pages,
  };
}
