import { Button, Skeleton } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { explain } from "../../components/explain.ts";
import { Page } from "../../components/page.tsx";
import { useMe, useWhyNotAdmin } from "../../components/session.ts";
import { client, type Outputs, queryClient, trpc } from "../../trpc.ts";
import { ActionButton } from "../../ui/action-button.tsx";
import { Card, Empty } from "../../ui/card.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { endClass, Table } from "../../ui/table.tsx";
import { Ago } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { Notice, Tag } from "../../ui/tone.tsx";
import { KeyDialog } from "./-settings/key-dialog.tsx";
import { OptOutCard } from "./-settings/opt-out-form.tsx";

type Key = Outputs["apiKeys"]["list"][number];

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
  const why = useWhyNotAdmin("make API keys");
  const toggle = (open: boolean) => navigate({ search: { key: open ? "new" : undefined }, replace: true });
  return (
    <Page title="Settings">
      <ApiKeys why={why} onMake={() => toggle(true)} />
      <OptOutCard />
      <Card title="For developers">
        <p className="dim">
          Other programs can do what people do here: read and answer conversations, and connect senders. Every
          request, field and answer is described in the <Link to="/reference">API reference</Link>; the same
          as OpenAPI 3.1 for generators is at <a href="/api/openapi.json">/api/openapi.json</a>.
        </p>
      </Card>
      <KeyDialog opened={key === "new" && why === null} onClose={() => toggle(false)} />
    </Page>
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
              {explain(keys.error)}
            </Notice>
          </div>
        ) : null}
        {keys.isSuccess && working.length === 0 ? (
          <Empty
            icon={<IconKey size={28} stroke={1.5} aria-hidden />}
            title="No program has a key"
            actions={make}
          >
            With a key, a program of yours reads and answers conversations in this organisation, with the role
            that you give it.
          </Empty>
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
    <Table
      label={label}
      head={
        <>
          <th scope="col">Name</th>
          <th scope="col">Role</th>
          <th scope="col">Last used</th>
          <th scope="col">Ends</th>
          <th scope="col" className={endClass}>
            Actions
          </th>
        </>
      }
    >
      {keys.map((key) => (
        <KeyRow key={key.id} apiKey={key} />
      ))}
    </Table>
  );
}

function KeyRow({ apiKey }: { apiKey: Key }) {
  const { organization } = useMe();
  const queryClient = useQueryClient();
  const revoke = () =>
    confirm({
      title: `Revoke “${apiKey.name}”?`,
      body: `Whatever uses this key loses access to ${organization.name} at once. A revoked key cannot be taken up again.`,
      action: "Revoke",
      explain,
      run: async () => {
        await client.apiKeys.revoke.mutate({ keyId: apiKey.id });
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
          <span className="mono">{apiKey.start}…</span>, made <Ago at={apiKey.createdAt} />
          {apiKey.madeBy ? ` by ${apiKey.madeBy}` : ""}
        </div>
      </th>
      <td>
        <Tag>{apiKey.role}</Tag>
      </td>
      <td className="dim">{apiKey.lastUsedAt ? <Ago at={apiKey.lastUsedAt} /> : "not used yet"}</td>
      <td className="dim">
        <End apiKey={apiKey} />
      </td>
      <td className={endClass}>
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
        <Tag tone="bad">revoked</Tag> {revokedAt ? <Ago at={revokedAt} /> : null}
      </>
    );
  if (expiresAt === null) return "no end";
  if (state === "working") return <Ago at={expiresAt} />;
  return (
    <>
      <Tag tone="warn">expired</Tag> <Ago at={expiresAt} />
    </>
  );
}
