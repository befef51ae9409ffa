import { Button, Skeleton } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { useAdminRequiredReason, useSession } from "../../components/account/session.ts";
import { explainError } from "../../components/explain-error.ts";
import { PageLayout } from "../../components/shell/page-layout.tsx";
import { queryClient, type RouterOutputs, trpc, trpcClient } from "../../trpc.ts";
import { Card, EmptyState } from "../../ui/card.tsx";
import { ActionButton } from "../../ui/controls/action-button.tsx";
import { alignEndClass, DataTable } from "../../ui/data-table.tsx";
import { confirm } from "../../ui/feedback/confirm.tsx";
import { Notice, StatusTag } from "../../ui/feedback/notice-and-tag.tsx";
import { toast } from "../../ui/feedback/toast.tsx";
import { RelativeTime } from "../../ui/time.tsx";
import { NewApiKeyDialog } from "./-settings/api-key-dialog.tsx";
import { OptOutCard } from "./-settings/opt-out-form.tsx";

type Key = RouterOutputs["apiKeys"]["list"][number];

export const Route = createFileRoute("/_desk/settings")({
  validateSearch: (search): { key?: "new" } => ({ key: search.key === "new" ? "new" : undefined }),
  loader: () => {
    void queryClient.prefetchQuery(trpc.apiKeys.list.queryOptions());
    void queryClient.prefetchQuery(trpc.optOut.settings.queryOptions());
  },
  component: Settings,
});

function Settings() {
  const { key } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const why = useAdminRequiredReason("make API keys");
  const toggle = (open: boolean) => navigate({ search: { key: open ? "new" : undefined }, replace: true });
  return (
    <PageLayout title="Settings">
      <ApiKeys why={why} onMake={() => toggle(true)} />
      <OptOutCard />
      <Card title="For developers">
        <p className="dim">
          Other programs can do what people do here: read and answer conversations, and connect senders. Every
          request, field and answer is described in the <Link to="/reference">API reference</Link>; the same
          as OpenAPI 3.1 for generators is at <a href="/api/openapi.json">/api/openapi.json</a>.
        </p>
      </Card>
      <NewApiKeyDialog opened={key === "new" && why === null} onClose={() => toggle(false)} />
    </PageLayout>
  );
}

function ApiKeys({ why, onMake }: { why: string | null; onMake: () => void }) {
  const keys = useQuery({ ...trpc.apiKeys.list.queryOptions(), enabled: why === null });
  const working = keys.data?.filter(({ state }) => state === "working") ?? [];
  const others = keys.data?.filter(({ state }) => state !== "working") ?? [];
  const make = (
    <ActionButton size="xs" why={why} leftSection={<IconPlus size={14} aria-hidden />} onClick={onMake}>
      Make a key
    </ActionButton>
  );
  return (
    <>
      <Card title="API keys" aside={working.length > 0 || why ? make : null} flush>
        {why ? (
          <div style={{ padding: 16 }}>
            <Notice tone="warn">{why}</Notice>
          </div>
        ) : null}
        {!why && keys.isPending
          ? [1, 2].map((row) => <Skeleton key={row} height={34} m={16} w="auto" />)
          : null}
        {keys.isError ? (
          <div style={{ padding: 16 }}>
            <Notice tone="bad" role="alert">
              {explainError(keys.error)}
            </Notice>
          </div>
        ) : null}
        {keys.isSuccess && working.length === 0 ? (
          <EmptyState
            icon={<IconKey size={28} stroke={1.5} aria-hidden />}
            title="No program has a key"
            actions={make}
          >
            With a key, a program of yours reads and answers conversations in this organisation, with the role
            that you give it.
          </EmptyState>
        ) : null}
        {working.length > 0 ? <Keys label="API keys" keys={working} /> : null}
      </Card>
      {others.length > 0 ? (
        <Card title="Keys that work no more" flush>
          <Keys label="Keys that work no more" keys={others} />
        </Card>
      ) : null}
    </>
  );
}

function Keys({ label, keys }: { label: string; keys: Key[] }) {
  return (
    <DataTable
      label={label}
      head={
        <>
          <th scope="col">Name</th>
          <th scope="col">Role</th>
          <th scope="col">Last used</th>
          <th scope="col">Ends</th>
          <th scope="col" className={alignEndClass}>
            Actions
          </th>
        </>
      }
    >
      {keys.map((key) => (
        <KeyRow key={key.id} apiKey={key} />
      ))}
    </DataTable>
  );
}

function KeyRow({ apiKey }: { apiKey: Key }) {
  const { organization } = useSession();
  const queryClient = useQueryClient();
  const revoke = () =>
    confirm({
      title: `Revoke “${apiKey.name}”?`,
      body: `Whatever uses this key loses access to ${organization.name} at once. A revoked key cannot be taken up again.`,
      action: "Revoke",
      explain: explainError,
      run: async () => {
        await trpcClient.apiKeys.revoke.mutate({ keyId: apiKey.id });
        await queryClient.invalidateQueries(trpc.apiKeys.list.queryFilter());
        void toast(`“${apiKey.name}” is revoked.`);
      },
    });
  return (
    <tr>
      <th scope="row">
        <div className="strong" style={{ overflowWrap: "anywhere" }}>
          {apiKey.name}
        </div>
        <div className="dim">
          <span className="mono">{apiKey.start}…</span>, made <RelativeTime at={apiKey.createdAt} />
          {apiKey.madeBy ? ` by ${apiKey.madeBy}` : ""}
        </div>
      </th>
      <td>
        <StatusTag>{apiKey.role}</StatusTag>
      </td>
      <td className="dim">{apiKey.lastUsedAt ? <RelativeTime at={apiKey.lastUsedAt} /> : "not used yet"}</td>
      <td className="dim">
        <End apiKey={apiKey} />
      </td>
      <td className={alignEndClass}>
        {apiKey.state === "working" ? (
          <Button size="xs" variant="default" onClick={revoke} aria-label={`Revoke ${apiKey.name}`}>
            Revoke
          </Button>
        ) : null}
      </td>
    </tr>
  );
}

function End({ apiKey: { state, expiresAt, revokedAt } }: { apiKey: Key }) {
  if (state === "revoked")
    return (
      <>
        <StatusTag tone="bad">revoked</StatusTag> {revokedAt ? <RelativeTime at={revokedAt} /> : null}
      </>
    );
  if (expiresAt === null) return "no end";
  if (state === "working") return <RelativeTime at={expiresAt} />;
  return (
    <>
      <StatusTag tone="warn">expired</StatusTag> <RelativeTime at={expiresAt} />
    </>
  );
}
