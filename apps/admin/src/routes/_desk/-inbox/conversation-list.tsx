import { Button, NativeSelect, SegmentedControl, Skeleton, TextInput, VisuallyHidden } from "@mantine/core";
import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import {
  IconAt,
  IconCircleCheck,
  IconMessages,
  IconPlugConnected,
  IconSearch,
  IconSearchOff,
} from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { connectionsQuery } from "../../../components/connections.ts";
import { explain } from "../../../components/explain.ts";
import { useMe, useWhyNotAdmin } from "../../../components/session.ts";
import { useUnread } from "../../../components/unread.ts";
import { ActionButton } from "../../../ui/action-button.tsx";
import { Empty } from "../../../ui/card.tsx";
import { formatAddress } from "../../../ui/format.ts";
import { ShortTime } from "../../../ui/time.tsx";
import { Notice } from "../../../ui/tone.tsx";
import css from "./inbox.module.css";
import { lastLine, nameOfContact } from "./kind-words.ts";
import {
  anyConversationQuery,
  type Conversation,
  conversationsQuery,
  filters,
  type InboxSearch,
} from "./queries.ts";
import { Tick } from "./tick.tsx";

interface ConversationListProps {
  search: InboxSearch;
  openId: string | undefined;
  onSearch: (change: Partial<InboxSearch>) => void;
}

export function ConversationList({ search, openId, onSearch }: ConversationListProps) {
  const query = useInfiniteQuery({ ...conversationsQuery(search), placeholderData: keepPreviousData });
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
    const next = conversations[at < 0 ? 0 : at + by];
    if (!next) return;
    rows()[conversations.indexOf(next)]?.focus();
    void navigate({ to: "/inbox/$conversationId", params: { conversationId: next.id }, search: true });
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
          onChange={(value) => onSearch({ filter: filters.find((filter) => filter === value) })}
          data={[
            { value: "all", label: "All" },
            { value: "mine", label: "Mine" },
            { value: "unassigned", label: "Unassigned" },
            { value: "unread", label: "Unread" },
            { value: "mentioned", label: <MentionsLabel /> },
          ]}
        />
      </search>
      <div className={css.rows}>
        {query.isPending ? <ListSkeleton /> : null}
        {query.isError ? (
          <div style={{ padding: 12 }}>
            <Notice tone="bad" role="alert">
              <p>{explain(query.error)}</p>
              <div>
                <Button size="xs" variant="default" onClick={() => query.refetch()}>
                  Try again
                </Button>
              </div>
            </Notice>
          </div>
        ) : null}
        {query.isSuccess && conversations.length === 0 ? (
          <Nothing
            search={search}
            onClear={() => {
              setText("");
              onSearch({ filter: undefined, state: undefined, q: undefined });
            }}
            onResolved={() => onSearch({ state: "resolved" })}
          />
        ) : null}
        {conversations.length > 0 ? (
          <ul ref={listRef} aria-label="Conversations" onKeyDown={onKeyDown}>
            {conversations.map((conversation) => (
              <Row key={conversation.id} conversation={conversation} isOpened={conversation.id === openId} />
            ))}
          </ul>
        ) : null}
        {query.hasNextPage ? (
          <LoadMore isBusy={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
        ) : null}
      </div>
    </div>
  );
}

function MentionsLabel() {
  const { mentions } = useUnread();
  return (
    <span className={css.mentions} title="Mentions" data-some={mentions > 0 || undefined}>
      <IconAt size={14} stroke={2} aria-hidden />
      <VisuallyHidden>Mentions</VisuallyHidden>
      {mentions > 0 ? mentions : null}
    </span>
  );
}

function Row({ conversation, isOpened }: { conversation: Conversation; isOpened: boolean }) {
  const { contact, lastMessage, unread, isMentioned, id } = conversation;
  return (
    <li>
      <Link
        to="/inbox/$conversationId"
        params={{ conversationId: id }}
        search={true}
        className={css.row}
        aria-current={isOpened ? "page" : undefined}
        data-unread={unread > 0 || undefined}
      >
        <span className={css.name} dir="auto">
          {nameOfContact(contact, formatAddress(contact.address))}
        </span>
        <span className={css.when}>
          <ShortTime at={lastMessage.at} />
        </span>
        <span className={css.line}>
          {lastMessage.direction === "out" && lastMessage.status ? (
            <Tick status={lastMessage.status} />
          ) : null}
          <span className={css.words} dir="auto">
            {lastLine(lastMessage)}
          </span>
        </span>
        {unread > 0 || isMentioned ? (
          <span className={css.marks}>
            {isMentioned ? (
              <span className={css.at} role="img" aria-label="Mentions you" title="A note mentions you">
                <IconAt size={14} stroke={2.2} aria-hidden />
              </span>
            ) : null}
            {unread > 0 ? (
              <span className={css.count}>
                {unread > 99 ? "99+" : unread}
                <VisuallyHidden> unread</VisuallyHidden>
              </span>
            ) : null}
          </span>
        ) : null}
      </Link>
    </li>
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

interface NothingProps {
  search: InboxSearch;
  onClear: () => void;
  onResolved: () => void;
}

/** Why the list is empty, and what to do next. */
function Nothing({ search, onClear, onResolved }: NothingProps) {
  const { data: any } = useQuery(anyConversationQuery());
  const { data: connections } = useQuery(connectionsQuery());
  const { instance } = useMe();
  const navigate = useNavigate();
  const whyConnect = useWhyNotAdmin("connect Twilio");
  const icon = { size: 28, stroke: 1.5, "aria-hidden": true };
  if (any === undefined || connections === undefined) return <ListSkeleton />;
  if (any && search.filter === "mentioned" && !search.q)
    return (
      <Empty
        level="h2"
        icon={<IconAt {...icon} />}
        title="Nobody waits for you here"
        actions={
          <Button size="xs" variant="default" onClick={onClear}>
            Show all open ones
          </Button>
        }
      >
        When a colleague writes @ and your name in a note, its conversation stands here until you have looked.
      </Empty>
    );
  if (any && (search.filter || search.q || search.state))
    return (
      <Empty
        level="h2"
        icon={<IconSearchOff {...icon} />}
        title="Nothing matches"
        actions={
          <Button size="xs" variant="default" onClick={onClear}>
            Show all open ones
          </Button>
        }
      >
        No conversation fits these filters. New ones appear here as they arrive.
      </Empty>
    );
  if (any)
    return (
      <Empty
        level="h2"
        icon={<IconCircleCheck {...icon} />}
        title="Everything is resolved"
        actions={
          <Button size="xs" variant="default" onClick={onResolved}>
            Show resolved ones
          </Button>
        }
      >
        A resolved conversation comes back by itself when the customer writes again.
      </Empty>
    );
  const connection = connections.find((each) => each.isActive);
  if (!connection)
    return (
      <Empty
        level="h2"
        icon={<IconPlugConnected {...icon} />}
        title="No sender is connected"
        actions={
          <ActionButton size="xs" why={whyConnect} onClick={() => navigate({ to: "/connections/new" })}>
            Connect Twilio
          </ActionButton>
        }
      >
        Conversations begin when customers write to a connected WhatsApp sender.
      </Empty>
    );
  const simulator = connection.mode === "test" ? instance.testMode?.simulatorUrl : undefined;
  const number = connection.sender.replace("whatsapp:+", "");
  const link = simulator ?? (/^\d+$/.test(number) ? `https://wa.me/${number}` : null);
  return (
    <Empty
      level="h2"
      icon={<IconMessages {...icon} />}
      title="No conversation yet"
      actions={
        link ? (
          <Button size="xs" component="a" href={link} target="_blank" rel="noreferrer">
            {simulator ? "Open the simulator" : "Open in WhatsApp"}
          </Button>
        ) : null
      }
    >
      {simulator
        ? `Write to ${formatAddress(connection.sender)} from the simulator's phone. It appears here within a second.`
        : `Write to ${formatAddress(connection.sender)} from your own phone. It appears here within seconds.`}
    </Empty>
  );
}

function ListSkeleton() {
  return (
    <div aria-busy="true">
      {[140, 110, 170, 90, 150, 120, 100].map((width) => (
        <div key={width} className={css.row}>
          <Skeleton height={12} width={width} my={4} />
          <Skeleton height={12} width={32} my={4} />
          <Skeleton height={12} width="80%" my={4} />
        </div>
      ))}
    </div>
  );
}
