import { Button, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconHistory, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { explain } from "../../components/explain.ts";
import { Page } from "../../components/page.tsx";
import { useWhyNotAdmin } from "../../components/session.ts";
import { client, type Outputs, queryClient, trpc } from "../../trpc.ts";
import { Card, Empty } from "../../ui/card.tsx";
import { formatAddress, shorten } from "../../ui/format.ts";
import { Table } from "../../ui/table.tsx";
import { Ago } from "../../ui/time.tsx";
import { Notice } from "../../ui/tone.tsx";

type Entry = Outputs["audit"]["list"]["items"][number];

const entriesQuery = (search: string | undefined) => ({
  queryKey: trpc.audit.list.infiniteQueryKey({ search, limit: 50 }),
  queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) =>
    client.audit.list.query({ search, limit: 50, cursor: pageParam ?? undefined }, { signal }),
  initialPageParam: null as string | null,
  getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
});

export const Route = createFileRoute("/_desk/audit")({
  validateSearch: (search): { q?: string } => ({ q: search.q ? String(search.q) : undefined }),
  loaderDeps: ({ search: { q } }) => ({ q }),
  loader: ({ deps: { q } }) => void queryClient.prefetchInfiniteQuery(entriesQuery(q)),
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
  "member.password_changed": "changed the password of",
  "member.password_reset": "chose a new password, by a link, for",
  "member.removed": "removed",
  "member.reset_link_made": "made a link for a new password of",
  "member.renamed": "changed the name of",
  "member.role_changed": "changed the role of",
  "member.signed_out": "signed out other devices of",
  "organization.created": "created the organisation",
  "reply.added": "wrote the canned reply",
  "reply.changed": "changed the canned reply",
  "reply.deleted": "deleted the canned reply",
  "setup.completed": "set up Waystation with",
};

function Audit() {
  const { q } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const [text, setText] = useState(q ?? "");
  const why = useWhyNotAdmin("read the audit log");
  const entries = useInfiniteQuery({
    ...entriesQuery(q),
    enabled: why === null,
    placeholderData: keepPreviousData,
  });
  const find = useDebouncedCallback(
    (value: string) => navigate({ search: { q: value.trim() || undefined }, replace: true }),
    250,
  );
  const items = entries.data?.pages.flatMap((page) => page.items) ?? [];
  if (why) {
    return (
      <Page title="Audit log">
        <Notice tone="warn">{why}</Notice>
      </Page>
    );
  }
  return (
    <Page title="Audit log">
      <Card flush>
        <div style={{ padding: "10px 16px", borderBottom: "1px solid var(--line)" }}>
          <TextInput
            aria-label="Search the audit log"
            placeholder="Person, deed or subject"
            type="search"
            size="xs"
            leftSection={<IconSearch size={14} aria-hidden />}
            value={text}
            onChange={({ currentTarget: { value } }) => {
              setText(value);
              find(value);
            }}
          />
        </div>
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
            title={q ? "Nothing matches" : "Nothing has been done yet"}
          >
            {q
              ? "No entry has these words. Search for a person, a sender or a deed."
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

const named = (subject: string) => (subject.startsWith("whatsapp:") ? formatAddress(subject) : subject);

/** `accountSid: "AC…"` → `account sid AC12ab…9f`; what is false or an id of ours says nothing to a person. */
function inWords([name, value]: [string, unknown]): string[] {
  if (/Id$/.test(name) || value === null || value === false || typeof value === "object") return [];
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  if (value === true) return [words];
  const text = String(value);
  return [`${words}: ${/^[A-Z]{2}[0-9a-f]{32}$/i.test(text) ? shorten(text) : text}`];
}

function EntryRow({ entry }: { entry: Entry }) {
  const detail = Object.entries(entry.detail ?? {})
    .flatMap(inWords)
    .join(", ");
  return (
    <tr>
      <th scope="row">
        <span className="strong" title={entry.actor?.email}>
          {entry.actor?.name || entry.actor?.email || "Waystation"}
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
