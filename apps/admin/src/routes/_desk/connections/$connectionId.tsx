import { IconKey, IconMessageCircle } from "@tabler/icons-react";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useState } from "react";
import { useAdminRequiredReason, useSession } from "../../../components/account/session.ts";
import { connectionName } from "../../../components/connections/connection-name.ts";
import { connectionsQuery, useConnections } from "../../../components/connections/connections.ts";
import { DailyStatsTiles } from "../../../components/events/daily-stats-tiles.tsx";
import { eventsQuery, readEventSearch } from "../../../components/events/event-search.ts";
import { EventsPanel } from "../../../components/events/events-panel.tsx";
import { NotFoundPage } from "../../../components/shell/error-page.tsx";
import { PageLayout } from "../../../components/shell/page-layout.tsx";
import { useRegisterCommands } from "../../../components/shell/palette-commands.ts";
import { type ConnectionStatus, queryClient } from "../../../trpc.ts";
import { EmptyState } from "../../../ui/card.tsx";
import { useOnceOpened } from "../../../ui/controls/use-once-opened.ts";
import { Notice } from "../../../ui/feedback/notice-and-tag.tsx";
import { formatAddress } from "../../../ui/format.ts";
import { ConnectionChangeNotice } from "./-connection/connection-change-notice.tsx";
import { ConnectionDetailCards, ConnectionSkeleton } from "./-connection/connection-detail-cards.tsx";
import { MAX_SHARED_KEYS } from "./-connection/shared-key-labels.ts";
import { SharedKeys } from "./-connection/shared-keys.tsx";
import { VerdictCard } from "./-connection/verdict-card.tsx";

const SharedKeyDialog = lazy(() => import("./-connection/shared-key-dialog.tsx"));

const parent = { label: "Connections", to: "/connections" } as const;

export const Route = createFileRoute("/_desk/connections/$connectionId")({
  validateSearch: readEventSearch,
  loaderDeps: ({ search: { kind, outcome, q } }) => ({ kind, outcome, q }),
  loader: ({ params, deps }) => {
    void queryClient.prefetchQuery(connectionsQuery());
    void queryClient.prefetchInfiniteQuery(eventsQuery(params.connectionId, deps));
  },
  pendingComponent: () => (
    <PageLayout title="Connection" parent={parent}>
      <ConnectionSkeleton />
    </PageLayout>
  ),
  component: ConnectionPage,
});

function ConnectionPage() {
  const { connectionId } = Route.useParams();
  const connections = useConnections();
  const connection = connections.find((each) => each.id === connectionId);
  if (!connection) {
    return (
      <PageLayout title="Not found" parent={parent}>
        <NotFoundPage />
      </PageLayout>
    );
  }
  return <ConnectionDetails key={connection.id} connection={connection} />;
}

function ConnectionDetails({ connection }: { connection: ConnectionStatus }) {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const [isAdding, setAdding] = useState(false);
  const [keyId, setKeyId] = useState("");
  const addKey = (named: string) => {
    setKeyId(named);
    setAdding(true);
  };
  useOfferSharedKey(connection, addKey);
  return (
    <PageLayout title={connectionName(connection)} parent={parent}>
      <ConnectionChangeNotice connection={connection} />
      <VerdictCard connection={connection} onAddSharedKey={addKey} />
      <Unchecked connection={connection} />
      <ConnectionDetailCards connection={connection} />
      {connection.isActive ? <SharedKeys connection={connection} onAdd={() => addKey("")} /> : null}
      {useOnceOpened(isAdding) ? (
        <Suspense>
          <SharedKeyDialog
            connectionId={connection.id}
            keyId={keyId}
            opened={isAdding}
            onClose={() => setAdding(false)}
          />
        </Suspense>
      ) : null}
      <DailyStatsTiles
        days={[connection.last24h]}
        why={
          <Link from={Route.fullPath} search={{ outcome: "rejected" }} resetScroll={false} state>
            See why
          </Link>
        }
      />
      <EventsPanel
        title="Live events"
        connectionId={connection.id}
        search={search}
        onSearch={(change) =>
          navigate({
            search: (before) => ({ ...before, ...change }),
            replace: true,
            resetScroll: false,
            state: true,
          })
        }
        empty={<FirstMessage connection={connection} />}
      />
    </PageLayout>
  );
}

/** The palette's way to the form, for whom may use it. */
function useOfferSharedKey({ isActive, sharedKeys }: ConnectionStatus, addKey: (keyId: string) => void) {
  const why = useAdminRequiredReason("manage shared keys");
  const isOffered = isActive && why === null && sharedKeys.length < MAX_SHARED_KEYS;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it calls only sets state, whichever one is called
  const commands = useMemo(
    () =>
      isOffered
        ? [{ label: "Add a shared key", icon: <IconKey size={16} aria-hidden />, run: () => addKey("") }]
        : [],
    [isOffered],
  );
  useRegisterCommands(commands);
}

/** What Twilio did not say at the last check. The verdict goes by what is known. */
function Unchecked({ connection: { unchecked } }: { connection: ConnectionStatus }) {
  if (unchecked.length === 0) return null;
  return (
    <Notice title="Could not be checked at Twilio">
      {unchecked.map(({ message }) => (
        <p key={message}>{message}</p>
      ))}
    </Notice>
  );
}

function FirstMessage({ connection }: { connection: ConnectionStatus }) {
  const { instance } = useSession();
  const simulator = connection.mode === "test" ? instance.testMode?.simulatorUrl : undefined;
  return (
    <EmptyState
      icon={<IconMessageCircle size={32} stroke={1.5} aria-hidden />}
      title="Nothing has arrived yet"
      actions={
        simulator ? (
          <a href={simulator} target="_blank" rel="noreferrer">
            Open the simulator's phone
          </a>
        ) : null
      }
    >
      {simulator
        ? "Write to this sender from the simulator's phone. It shows here by itself."
        : `Send a WhatsApp message to ${formatAddress(connection.sender)} from any phone. It shows here by itself.`}
    </EmptyState>
  );
}
