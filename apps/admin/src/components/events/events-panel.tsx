import { Button, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch, IconSearchOff, IconShieldCheck } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useLiveState } from "../../live/live-changes.ts";
import type { WebhookEvent } from "../../trpc.ts";
import { Card, EmptyState } from "../../ui/card.tsx";
import { useOnceOpened } from "../../ui/controls/use-once-opened.ts";
import { Notice, StatusDot } from "../../ui/feedback/notice-and-tag.tsx";
import { explainError } from "../explain-error.ts";
import { usePages } from "../use-pages.ts";
import { EventList, EventListSkeleton } from "./event-list.tsx";
import { type EventSearch, eventKinds, eventOutcomes, eventsQuery } from "./event-search.ts";
import css from "./events.module.css";

const EventDrawer = lazy(() => import("./event-drawer.tsx"));

const liveWords = {
  live: ["good", "live"],
  connecting: ["muted", "connecting"],
  broken: ["warn", "reconnecting"],
  paused: ["warn", "paused"],
} as const;

function LiveMark() {
  const state = useLiveState();
  const [tone, word] = liveWords[state];
  return (
    <span className={css.live} role="status" aria-label={`Live updates: ${word}`}>
      <StatusDot tone={tone} pulse={state === "live"} />
      {word}
    </span>
  );
}

interface EventsPanelProps {
  title: string;
  connectionId?: string;
  search: EventSearch;
  onSearch: (change: Partial<EventSearch>) => void;
  /** Shown when nothing has ever arrived. */
  empty: ReactNode;
}

export function EventsPanel({ title, connectionId, search, onSearch, empty }: EventsPanelProps) {
  const query = useInfiniteQuery({ ...eventsQuery(connectionId, search), placeholderData: keepPreviousData });
  const { next } = usePages(query);
  const events = query.data?.pages.flatMap((page) => page.items) ?? [];
  const at = events.findIndex((event) => event.id === search.event);
  const open = events[at] ?? null;
  const drawer = useOnceOpened(open !== null);
  const go = (event: WebhookEvent | undefined) => event && (() => onSearch({ event: event.id }));
  const [text, setText] = useState(search.q ?? "");
  const find = useDebouncedCallback((q: string) => onSearch({ q: q.trim() || undefined }), 250);
  const filtered = Boolean(search.kind || search.q);
  return (
    <Card title={title} aside={<LiveMark />} flush>
      <div className={css.tools}>
        <NativeSelect
          aria-label="Kind of event"
          size="xs"
          disabled={search.outcome === "rejected"}
          title={
            search.outcome === "rejected"
              ? "Of a refused webhook nothing is proven, its kind neither."
              : undefined
          }
          value={search.kind ?? "all"}
          onChange={({ currentTarget: { value } }) =>
            onSearch({ kind: eventKinds.find((kind) => kind === value) })
          }
          data={[
            { value: "all", label: "All kinds" },
            { value: "message", label: "Messages" },
            { value: "status", label: "Statuses" },
            { value: "unknown", label: "Other kinds" },
          ]}
        />
        <SegmentedControl
          aria-label="Received or refused"
          size="xs"
          value={search.outcome ?? "received"}
          onChange={(value) => onSearch({ outcome: eventOutcomes.find((outcome) => outcome === value) })}
          data={[
            { value: "received", label: "Received" },
            { value: "unrouted", label: "No connection" },
            { value: "rejected", label: "Refused" },
          ]}
        />
        <TextInput
          className={css.search}
          aria-label="Search events"
          placeholder="Number, text or SID"
          size="xs"
          type="search"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={({ currentTarget: { value } }) => {
            setText(value);
            find(value);
          }}
        />
      </div>
      {query.isPending ? <EventListSkeleton rows={8} /> : null}
      {query.isError ? (
        <div style={{ padding: 16 }}>
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
      {query.isSuccess && events.length === 0 ? (
        filtered ? (
          <EmptyState
            icon={<IconSearchOff size={28} stroke={1.5} aria-hidden />}
            title="Nothing matches"
            actions={
              <Button
                variant="default"
                size="xs"
                onClick={() => {
                  setText("");
                  onSearch({ kind: undefined, outcome: undefined, q: undefined });
                }}
              >
                Clear the filters
              </Button>
            }
          >
            No event fits these filters. New ones appear here as they arrive.
          </EmptyState>
        ) : search.outcome === "unrouted" ? (
          <EmptyState
            icon={<IconShieldCheck size={28} stroke={1.5} aria-hidden />}
            title="Everything was for a connection"
          >
            SMS, Messenger and RCS messages, and messages to senders that are not connected, are listed here.
          </EmptyState>
        ) : search.outcome === "rejected" ? (
          <EmptyState
            icon={<IconShieldCheck size={28} stroke={1.5} aria-hidden />}
            title="Nothing was refused"
          >
            Webhooks with a missing or wrong signature are listed here, each with the reason.
          </EmptyState>
        ) : (
          empty
        )
      ) : null}
      {events.length > 0 ? (
        <EventList
          events={events}
          label={title}
          openId={search.event}
          onOpen={(event) => onSearch({ event: event.id })}
        />
      ) : null}
      {query.hasNextPage ? (
        <div className={css.more}>
          <Button variant="default" size="xs" loading={next.isLoading} onClick={next.load}>
            Load older
          </Button>
        </div>
      ) : null}
      {drawer ? (
        <Suspense>
          <EventDrawer
            event={open}
            onClose={() => onSearch({ event: undefined })}
            onNewer={go(events[at - 1])}
            onOlder={open ? go(events[at + 1]) : undefined}
            onFindMessage={(q) => {
              setText(q);
              onSearch({ q, event: undefined, kind: undefined, outcome: undefined });
            }}
          />
        </Suspense>
      ) : null}
    </Card>
  );
}
