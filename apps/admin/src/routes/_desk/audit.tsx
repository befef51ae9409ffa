import { Button, NativeSelect, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconDownload, IconHistory, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAdminRequiredReason } from "../../components/account/session.ts";
import { explainError } from "../../components/explain-error.ts";
import { PageLayout } from "../../components/shell/page-layout.tsx";
import { textParam } from "../../components/text-param.ts";
import { usePages } from "../../components/use-pages.ts";
import { queryClient, trpc, trpcClient } from "../../trpc.ts";
import { Card, EmptyState } from "../../ui/card.tsx";
import { DropdownMenu } from "../../ui/controls/dropdown-menu.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { Notice } from "../../ui/feedback/notice-and-tag.tsx";
import css from "./-audit/audit.module.css";
import { AuditEntryRow } from "./-audit/audit-entry-row.tsx";
import { auditKinds } from "./-audit/audit-labels.ts";

interface Search {
  q?: string;
  /** Whoever did it, by id. */
  who?: string;
  /** A deed, or a kind of them. */
  what?: string;
  /** Days as in `2026-11-23`, both included. */
  from?: string;
  to?: string;
}

const DAY = /^\d{4}-\d\d-\d\d$/;
const UUID = /^[0-9a-f-]{36}$/;
const DEED = /^[a-z_]+(\.[a-z_]+)?$/;

/** The beginning of a day where this browser is, or of the one after it. */
function startOf(day: string, daysLater = 0): string {
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + daysLater);
  return date.toISOString();
}

const filtersOf = ({ q, who, what, from, to }: Search) => ({
  search: q,
  actorId: who,
  action: what,
  from: from && startOf(from),
  to: to && startOf(to, 1),
});

const entriesQuery = (search: Search) => ({
  queryKey: trpc.audit.list.infiniteQueryKey({ ...filtersOf(search), limit: 50 }),
  queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) =>
    trpcClient.audit.list.query(
      { ...filtersOf(search), limit: 50, cursor: pageParam ?? undefined },
      { signal },
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
});

const asText = (value: unknown, form: RegExp) => {
  const text = textParam(value) ?? "";
  return form.test(text) ? text : undefined;
};
const asDay = (value: unknown) => {
  const day = asText(value, DAY);
  return day && !Number.isNaN(new Date(`${day}T00:00:00`).getTime()) ? day : undefined;
};

export const Route = createFileRoute("/_desk/audit")({
  validateSearch: (search): Search => ({
    q: textParam(search.q),
    who: asText(search.who, UUID),
    what: asText(search.what, DEED),
    from: asDay(search.from),
    to: asDay(search.to),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => void queryClient.prefetchInfiniteQuery(entriesQuery(deps)),
  component: Audit,
});

function Audit() {
  const search = Route.useSearch();
  const why = useAdminRequiredReason("read the audit log");
  const entries = useInfiniteQuery({
    ...entriesQuery(search),
    enabled: why === null,
    placeholderData: keepPreviousData,
  });
  const { next } = usePages(entries);
  const items = entries.data?.pages.flatMap((page) => page.items) ?? [];
  const isNarrowed = Object.values(search).some((each) => each !== undefined);
  if (why) {
    return (
      <PageLayout title="Audit log">
        <Notice tone="warn">{why}</Notice>
      </PageLayout>
    );
  }
  return (
    <PageLayout title="Audit log" actions={<Export search={search} />}>
      <Card flush>
        <Filters search={search} />
        {entries.isPending
          ? [1, 2, 3, 4, 5, 6].map((row) => <Skeleton key={row} height={20} mx={16} my={10} w="auto" />)
          : null}
        {entries.isError ? (
          <div style={{ padding: 16 }}>
            <Notice tone="bad" role="alert">
              {explainError(entries.error)}
            </Notice>
          </div>
        ) : null}
        {entries.isSuccess && items.length === 0 ? (
          <EmptyState
            icon={<IconHistory size={28} stroke={1.5} aria-hidden />}
            level="h2"
            title={isNarrowed ? "Nothing matches" : "Nothing has been done yet"}
          >
            {isNarrowed
              ? "No entry is like that. Search for other words, or take a filter away."
              : "Who connects, disconnects, invites and changes roles is written down here."}
          </EmptyState>
        ) : null}
        {items.length > 0 ? (
          <DataTable
            label="Audit log"
            head={
              <>
                <th scope="col">What</th>
                <th scope="col">Detail</th>
                <th scope="col">From</th>
                <th scope="col">When</th>
              </>
            }
          >
            {items.map((entry) => (
              <AuditEntryRow key={entry.id} entry={entry} />
            ))}
          </DataTable>
        ) : null}
        {entries.hasNextPage ? (
          <div
            style={{
              display: "flex",
              justifyContent: "center",
              padding: 10,
              borderTop: "1px solid var(--line)",
            }}
          >
            <Button size="xs" variant="default" loading={next.isLoading} onClick={next.load}>
              Load more
            </Button>
          </div>
        ) : null}
      </Card>
    </PageLayout>
  );
}

function Filters({ search }: { search: Search }) {
  const navigate = useNavigate({ from: Route.fullPath });
  const [text, setText] = useState(search.q ?? "");
  const actors = useQuery(trpc.audit.actors.queryOptions());
  const set = (change: Search) => navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const find = useDebouncedCallback((value: string) => set({ q: value.trim() || undefined }), 250);
  return (
    <div className={css.filters}>
      <TextInput
        aria-label="Search the audit log"
        placeholder="Words, a sender, an address"
        type="search"
        size="xs"
        className={css.words}
        leftSection={<IconSearch size={14} aria-hidden />}
        value={text}
        onChange={({ currentTarget: { value } }) => {
          setText(value);
          find(value);
        }}
      />
      <NativeSelect
        aria-label="Person or key"
        size="xs"
        className={css.person}
        value={search.who ?? ""}
        onChange={({ currentTarget: { value } }) => set({ who: value || undefined })}
        data={[
          { value: "", label: "Everybody" },
          ...(actors.data ?? []).map(({ id, name, email }) => ({ value: id, label: name || email })),
        ]}
      />
      <NativeSelect
        aria-label="Kind of deed"
        size="xs"
        value={search.what ?? ""}
        onChange={({ currentTarget: { value } }) => set({ what: value || undefined })}
        data={[
          { value: "", label: "Everything" },
          ...auditKinds.map(([value, label]) => ({ value, label })),
          ...(search.what?.includes(".") ? [{ value: search.what, label: search.what }] : []),
        ]}
      />
      <TextInput
        aria-label="From this day"
        type="date"
        size="xs"
        max={search.to}
        value={search.from ?? ""}
        onChange={({ currentTarget: { value } }) => set({ from: value || undefined })}
      />
      <TextInput
        aria-label="To this day"
        type="date"
        size="xs"
        min={search.from}
        value={search.to ?? ""}
        onChange={({ currentTarget: { value } }) => set({ to: value || undefined })}
      />
    </div>
  );
}

/** What is shown now, all of it, as a file. */
function Export({ search }: { search: Search }) {
  const take = (format: "csv" | "jsonl") => {
    const filters = Object.entries(filtersOf(search)).filter(([, value]) => value !== undefined);
    const query = new URLSearchParams([["format", format], ...(filters as [string, string][])]);
    window.location.assign(`/api/audit/export?${query}`);
  };
  return (
    <DropdownMenu
      label="Export"
      className={css.export}
      align="end"
      items={[
        { label: "CSV, for a spreadsheet", onSelect: () => take("csv") },
        { label: "JSON lines, for a program", onSelect: () => take("jsonl") },
      ]}
    >
      <IconDownload size={14} aria-hidden />
      <span>Export</span>
    </DropdownMenu>
  );
}
