import { IconKey, IconMessageCircle } from "@tabler/icons-react";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useState } from "react";
import { useOffer } from "../../../components/commands.ts";
import { nameOf } from "../../../components/connection-name.ts";
import { connectionsQuery, useConnections } from "../../../components/connections.ts";
import { DayTiles } from "../../../components/day-tiles.tsx";
import { eventsQuery, readEventSearch } from "../../../components/event-search.ts";
import { EventsPanel } from "../../../components/events-panel.tsx";
import { Page } from "../../../components/page.tsx";
import { NotFound } from "../../../components/problem-page.tsx";
import { useMe, useWhyNotAdmin } from "../../../components/session.ts";
import { type Connection, queryClient } from "../../../trpc.ts";
import { Empty } from "../../../ui/card.tsx";
import { formatAddress } from "../../../ui/format.ts";
import { Notice } from "../../../ui/tone.tsx";
import { useOnceOpened } from "../../../ui/use-once-opened.ts";
import { ConnectionSkeleton, FactCards } from "./-connection/fact-cards.tsx";
import { OutcomeNote } from "./-connection/outcome-note.tsx";
import { MOST_SHARED_KEYS } from "./-connection/shared-key-labels.ts";
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
    <Page title="Connection" parent={parent}>
      <ConnectionSkeleton />
    </Page>
  ),
  component: ConnectionPage,
});

function ConnectionPage() {
  const { connectionId } = Route.useParams();
  const connections = useConnections();
  const connection = connections.find((each) => each.id === connectionId);
  if (!connection) {
    return (
      <Page title="Not found" parent={parent}>
        <NotFound />
      </Page>
    );
  }
  return <ConnectionDetails key={connection.id} connection={connection} />;
}

function ConnectionDetails({ connection }: { connection: Connection }) {
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
    <Page title={nameOf(connection)} parent={parent}>
      <OutcomeNote connection={connection} />
      <VerdictCard connection={connection} onAddSharedKey={addKey} />
      <Unchecked connection={connection} />
      <FactCards connection={connection} />
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
      <DayTiles
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
    </Page>
  );
}

/** The palette's way to the form, for whom may use it. */
function useOfferSharedKey({ isActive, sharedKeys }: Connection, addKey: (keyId: string) => void) {
  const why = useWhyNotAdmin("manage shared keys");
  const isOffered = isActive && why === null && sharedKeys.length < MOST_SHARED_KEYS;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it calls only sets state, whichever one is called
  const commands = useMemo(
    () =>
      isOffered
        ? [{ label: "Add a shared key", icon: <IconKey size={16} aria-hidden />, run: () => addKey("") }]
        : [],
    [isOffered],
  );
  useOffer(commands);
}

/** What Twilio did not say at the last check. The verdict goes by what is known. */
function Unchecked({ connection: { unchecked } }: { connection: Connection }) {
  if (unchecked.length === 0) return null;
  return (
    <Notice title="Could not be checked at Twilio">
      {unchecked.map(({ message }) => (
        <p key={message}>{message}</p>
      ))}
    </Notice>
  );
}

function FirstMessage({ connection }: { connection: Connection }) {
  const { instance } = useMe();
  const simulator = connection.mode === "test" ? instance.testMode?.simulatorUrl : undefined;
  return (
    <Empty
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
    </Empty>
  );
}
