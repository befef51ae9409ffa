import { IconActivity } from "@tabler/icons-react";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { EventListSkeleton } from "../../components/events/event-list.tsx";
import { eventsQuery, readEventSearch } from "../../components/events/event-search.ts";
import { EventsPanel } from "../../components/events/events-panel.tsx";
import { PageLayout } from "../../components/shell/page-layout.tsx";
import { queryClient } from "../../trpc.ts";
import { Card, EmptyState } from "../../ui/card.tsx";

export const Route = createFileRoute("/_desk/webhooks")({
  validateSearch: readEventSearch,
  loaderDeps: ({ search: { kind, outcome, q } }) => ({ kind, outcome, q }),
  loader: ({ deps }) => void queryClient.prefetchInfiniteQuery(eventsQuery(undefined, deps)),
  pendingComponent: () => (
    <PageLayout title="Webhooks">
      <Card title="Live events" flush>
        <EventListSkeleton rows={12} />
      </Card>
    </PageLayout>
  ),
  component: Webhooks,
});

function Webhooks() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  return (
    <PageLayout title="Webhooks">
      <EventsPanel
        title="Live events"
        search={search}
        onSearch={(change) =>
          navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false })
        }
        empty={
          <EmptyState
            icon={<IconActivity size={32} stroke={1.5} aria-hidden />}
            title="No webhook has arrived yet"
            actions={<Link to="/connections">Go to the connections</Link>}
          >
            Every message and status that Twilio sends to any of your connections is listed here as it
            arrives.
          </EmptyState>
        }
      />
    </PageLayout>
  );
}
