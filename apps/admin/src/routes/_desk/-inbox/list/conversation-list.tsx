import { Button, NativeSelect, SegmentedControl, TextInput, VisuallyHidden } from "@mantine/core";
import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import { IconAt, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { explainError } from "../../../../components/explain-error.ts";
import { useUnreadCount } from "../../../../components/unread-count.ts";
import { usePages } from "../../../../components/use-pages.ts";
import { Notice } from "../../../../ui/feedback/notice-and-tag.tsx";
import css from "../inbox.module.css";
import { conversationFilters, conversationsQuery, type InboxSearch } from "../queries.ts";
import { ConversationRow } from "./conversation-row.tsx";
import { EmptyList, ListSkeleton } from "./empty-list.tsx";
import { keepFirstPages } from "./first-pages.ts";
import { SearchCoverageNotice } from "./search-coverage.tsx";

interface ConversationListProps {
  search: InboxSearch;
  openId: string | undefined;
  onSearch: (change: Partial<InboxSearch>) => void;
}

export function ConversationList({ search, openId, onSearch }: ConversationListProps) {
  const asked = conversationsQuery(search);
  const query = useInfiniteQuery({ ...asked, placeholderData: keepPreviousData });
  const { next } = usePages(query);
  const queryClient = useQueryClient();
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  // A search may find one again, for an older message.
  const conversations = [...new Map(items.toReversed().map((item) => [item.id, item])).values()].toReversed();
  const [text, setText] = useState(search.q ?? "");
  const find = useDebouncedCallback((q: string) => onSearch({ q: q.trim() || undefined }), 250);
  const searchRef = useRef<HTMLInputElement>(null);
  const listRef = useRef<HTMLUListElement>(null);
  const navigate = useNavigate();
  const rows = () => [...(listRef.current?.querySelectorAll("a") ?? [])];
  const step = (by: number) => {
    const at = conversations.findIndex((each) => each.id === openId);
    const target = conversations[at < 0 ? 0 : at + by];
    if (!target) return;
    rows()[conversations.indexOf(target)]?.focus();
    void navigate({
      to: "/inbox/$conversationId",
      params: { conversationId: target.id },
      search: (before) => ({ ...before, message: target.matchedMessageId ?? undefined }),
    });
  };
  useHotkeys([
    ["j", () => step(1)],
    ["k", () => step(-1)],
    ["/", () => searchRef.current?.focus()],
  ]);
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const links = rows();
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    if (by === undefined || at < 0) return;
    event.preventDefault();
    links[at + by]?.focus();
  };
  return (
    <div className={css.list}>
      <search className={css.filters} aria-label="Conversations">
        <div className={css.find}>
          <TextInput
            ref={searchRef}
            className={css.search}
            aria-label="Search conversations"
            placeholder="Name, number or words"
            size="xs"
            type="search"
            leftSection={<IconSearch size={14} aria-hidden />}
            value={text}
            onChange={({ currentTarget: { value } }) => {
              setText(value);
              find(value);
            }}
          />
          <NativeSelect
            aria-label="Open or resolved"
            size="xs"
            value={search.state ?? "open"}
            onChange={({ currentTarget: { value } }) =>
              onSearch({ state: value === "resolved" ? "resolved" : undefined })
            }
            data={[
              { value: "open", label: "Open" },
              { value: "resolved", label: "Resolved" },
            ]}
          />
        </div>
        <SegmentedControl
          aria-label="Whose conversations"
          size="xs"
          fullWidth
          value={search.filter ?? "all"}
          onChange={(value) => onSearch({ filter: conversationFilters.find((filter) => filter === value) })}
          data={[
            { value: "all", label: "All" },
            { value: "mine", label: "Mine" },
            { value: "unassigned", label: "Unassigned" },
            { value: "unread", label: "Unread" },
            { value: "mentioned", label: <MentionsLabel /> },
          ]}
        />
      </search>
      <div
        className={css.rows}
        onScroll={({ currentTarget }) => {
          if (currentTarget.scrollTop === 0) keepFirstPages(queryClient, asked.queryKey);
        }}
      >
        {query.isPending ? <ListSkeleton /> : null}
        {query.isError ? (
          <div style={{ padding: 12 }}>
            <Notice tone="bad" role="alert">
              <p>{explainError(query.error)}</p>
              <div>
                <Button size="xs" variant="default" onClick={() => query.refetch()}>
                  Try again
                </Button>
              </div>
            </Notice>
          </div>
        ) : null}
        {query.isSuccess && conversations.length === 0 ? (
          <EmptyList
            search={search}
            onClear={() => {
              setText("");
              onSearch({ filter: undefined, state: undefined, q: undefined });
            }}
            onResolved={() => onSearch({ state: "resolved" })}
            onOpen={() => onSearch({ state: undefined })}
          />
        ) : null}
        {conversations.length > 0 ? (
          <ul ref={listRef} aria-label="Conversations" onKeyDown={onKeyDown}>
            {conversations.map((conversation) => (
              <ConversationRow
                key={conversation.id}
                conversation={conversation}
                isOpened={conversation.id === openId}
              />
            ))}
          </ul>
        ) : null}
        {query.hasNextPage ? <LoadMore isBusy={next.isLoading} onLoad={next.load} /> : null}
        {query.isSuccess && !query.hasNextPage ? (
          <SearchCoverageNotice searched={query.data.pages[0]?.searched} />
        ) : null}
      </div>
    </div>
  );
}

function MentionsLabel() {
  const { mentions } = useUnreadCount();
  return (
    <span className={css.mentions} title="Mentions" data-some={mentions > 0 || undefined}>
      <IconAt size={14} stroke={2} aria-hidden />
      <VisuallyHidden>Mentions</VisuallyHidden>
      {mentions > 0 ? mentions : null}
    </span>
  );
}

function LoadMore({ isBusy, onLoad }: { isBusy: boolean; onLoad: () => void }) {
  const ref = useRef<HTMLButtonElement>(null);
  const load = useRef(onLoad);
  useEffect(() => {
    load.current = onLoad;
  });
  useEffect(() => {
    if (!ref.current || isBusy) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) load.current();
      },
      { root: ref.current.parentElement?.parentElement, rootMargin: "400px" },
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [isBusy]);
  return (
    <div className={css.more}>
      <Button ref={ref} size="compact-xs" variant="subtle" loading={isBusy} onClick={onLoad}>
        Load older
      </Button>
    </div>
  );
}
