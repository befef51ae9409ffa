import { Button, NativeSelect, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconDownload, IconHistory, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { explain } from "../../components/explain.ts";
import { Page } from "../../components/page.tsx";
import { useWhyNotAdmin } from "../../components/session.ts";
import { client, type Outputs, queryClient, trpc } from "../../trpc.ts";
import { Card, Empty } from "../../ui/card.tsx";
import { DropMenu } from "../../ui/drop-menu.tsx";
import { formatAddress, shorten } from "../../ui/format.ts";
import { Table } from "../../ui/table.tsx";
import { Ago } from "../../ui/time.tsx";
import { Notice } from "../../ui/tone.tsx";
import css from "./-audit/audit.module.css";

type Entry = Outputs["audit"]["list"]["items"][number];

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
    client.audit.list.query({ ...filtersOf(search), limit: 50, cursor: pageParam ?? undefined }, { signal }),
  initialPageParam: null as string | null,
  getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
});

const asText = (value: unknown, form: RegExp) => {
  const text = value ? String(value) : "";
  return form.test(text) ? text : undefined;
};
const asDay = (value: unknown) => {
  const day = asText(value, DAY);
  return day && !Number.isNaN(new Date(`${day}T00:00:00`).getTime()) ? day : undefined;
};

export const Route = createFileRoute("/_desk/audit")({
  validateSearch: (search): Search => ({
    q: search.q ? String(search.q) : undefined,
    who: asText(search.who, UUID),
    what: asText(search.what, DEED),
    from: asDay(search.from),
    to: asDay(search.to),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => void queryClient.prefetchInfiniteQuery(entriesQuery(deps)),
  component: Audit,
});

const deeds: Record<string, string> = {
  "audit.exported": "took the audit log as",
  "connection.connected": "connected",
  "connection.disconnected": "disconnected",
  "connection.typing_hidden": "hid from customers that somebody types, at",
  "connection.typing_shown": "shows customers when somebody types, at",
  "connection.webhook_configured": "set the webhook at Twilio of",
  "invitation.canceled": "took back the invitation of",
  "key.made": "made the API key",
  "key.revoked": "revoked the API key",
  "member.invited": "invited",
  "member.joined": "joined as",
  "member.left": "left, as",
  "member.password_changed": "changed the password of",
  "member.password_reset": "chose a new password, by a link, for",
  "member.backup_code_used": "signed in with a backup code as",
  "member.backup_codes_made": "made new backup codes for",
  "member.removed": "removed",
  "member.reset_link_made": "made a link for a new password of",
  "member.renamed": "changed the name of",
  "member.role_changed": "changed the role of",
  "member.signed_out": "signed out other devices of",
  "member.second_factor_off": "turned off two-step sign-in of",
  "member.second_factor_on": "turned on two-step sign-in of",
  "member.second_factor_reset": "reset two-step sign-in of",
  "organization.second_factor_optional": "no longer asks for two-step sign-in at",
  "organization.second_factor_required": "asks everybody for two-step sign-in at",
  "organization.created": "created the organisation",
  "reply.added": "wrote the canned reply",
  "reply.changed": "changed the canned reply",
  "reply.deleted": "deleted the canned reply",
  "sign_in.closed": "entered too many wrong passwords for",
  "sign_in.code_wrong": "entered the right password and a wrong code for",
  "sign_in.codes_closed": "entered the right password and too many wrong codes for",
  "sign_in.ended": "signed out as",
  "sign_in.failed": "entered a wrong password for",
  "sign_in.succeeded": "signed in as",
  "setup.completed": "set up Waystation with",
};

/** What can be chosen from, by the first part of the deed's name. */
const kinds: [kind: string, label: string][] = [
  ["connection", "Connections"],
  ["member", "People"],
  ["sign_in", "Signing in and out"],
  ["invitation", "Invitations taken back"],
  ["key", "API keys"],
  ["reply", "Canned replies"],
  ["organization", "Organisations"],
  ["audit", "The audit log itself"],
  ["setup", "The setup"],
];

function Audit() {
  const search = Route.useSearch();
  const why = useWhyNotAdmin("read the audit log");
  const entries = useInfiniteQuery({
    ...entriesQuery(search),
    enabled: why === null,
    placeholderData: keepPreviousData,
  });
  const items = entries.data?.pages.flatMap((page) => page.items) ?? [];
  const isNarrowed = Object.values(search).some((each) => each !== undefined);
  if (why) {
    return (
      <Page title="Audit log">
        <Notice tone="warn">{why}</Notice>
      </Page>
    );
  }
  return (
    <Page title="Audit log" actions={<Export search={search} />}>
      <Card flush>
        <Filters search={search} />
        {entries.isPending
          ? [1, 2, 3, 4, 5, 6].map((row) => <Skeleton key={row} height={20} mx={16} my={10} w="auto" />)
          : null}
        {entries.isError ? (
          <div style={{ padding: 16 }}>
            <Notice tone="bad" role="alert">
              {explain(entries.error)}
            </Notice>
          </div>
        ) : null}
        {entries.isSuccess && items.length === 0 ? (
          <Empty
            icon={<IconHistory size={28} stroke={1.5} aria-hidden />}
            level="h2"
            title={isNarrowed ? "Nothing matches" : "Nothing has been done yet"}
          >
            {isNarrowed
              ? "No entry is like that. Search for other words, or take a filter away."
              : "Who connects, disconnects, invites and changes roles is written down here."}
          </Empty>
        ) : null}
        {items.length > 0 ? (
          <Table
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
              <EntryRow key={entry.id} entry={entry} />
            ))}
          </Table>
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
            <Button
              size="xs"
              variant="default"
              loading={entries.isFetchingNextPage}
              onClick={() => entries.fetchNextPage()}
            >
              Load more
            </Button>
          </div>
        ) : null}
      </Card>
    </Page>
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
          ...kinds.map(([value, label]) => ({ value, label })),
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
    <DropMenu
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
    </DropMenu>
  );
}

const named = (subject: string) => (subject.startsWith("whatsapp:") ? formatAddress(subject) : subject);

/** `accountSid: "AC…"` → `account sid AC12ab…9f`; what is false or an id of ours says nothing to a person. */
function inWords([name, value]: [string, unknown]): string[] {
  if (/Id$/.test(name) || value === null || value === false || typeof value === "object") return [];
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  if (value === true) return [words];
  const text = String(value);
  return [`${words}: ${/^[A-Z]{2}[0-9a-f]{32}$/i.test(text) ? shorten(text) : text}`];
}

/** Whoever fails to sign in is not known; all else without a person is the operator's doing. */
const nobody = (action: string) => (action.startsWith("sign_in.") ? "Somebody" : "Waystation");

function EntryRow({ entry }: { entry: Entry }) {
  const detail = Object.entries(entry.detail ?? {})
    .flatMap(inWords)
    .join(", ");
  return (
    <tr>
      <th scope="row">
        <span className="strong" title={entry.actor?.email}>
          {entry.actor?.name || entry.actor?.email || nobody(entry.action)}
        </span>{" "}
        {deeds[entry.action] ?? entry.action}{" "}
        <span className="strong" style={{ display: "inline-block", overflowWrap: "anywhere" }}>
          {named(entry.subject)}
        </span>
      </th>
      <td className="dim" style={{ overflowWrap: "anywhere" }}>
        {detail}
      </td>
      <td className="mono dim">{entry.ip ?? ""}</td>
      <td className="dim" style={{ whiteSpace: "nowrap" }}>
        <Ago at={entry.at} />
      </td>
    </tr>
  );
}
