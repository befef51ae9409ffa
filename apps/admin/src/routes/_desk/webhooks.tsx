import { IconActivity } from "@tabler/icons-react";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { EventListSkeleton } from "../../components/event-list.tsx";
import { eventsQuery, readEventSearch } from "../../components/event-search.ts";
import { EventsPanel } from "../../components/events-panel.tsx";
import { Page } from "../../components/page.tsx";
import { queryClient } from "../../trpc.ts";
import { Card, Empty } from "../../ui/card.tsx";

export const Route = createFileRoute("/_desk/webhooks")({
  validateSearch: readEventSearch,
  loaderDeps: ({ search: { kind, outcome, q } }) => ({ kind, outcome, q }),
  loader: ({ deps }) => void queryClient.prefetchInfiniteQuery(eventsQuery(undefined, deps)),
  pendingComponent: () => (
    <Page title="Webhooks">
      <Card title="Live events" flush>
        <EventListSkeleton rows={12} />
      </Card>
    </Page>
  ),
  component: Webhooks,
});

function Webhooks() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  return (
    <Page title="Webhooks">
      <EventsPanel
        title="Live events"
        search={search}
        onSearch={(change) =>
          navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false })
        }
        empty={
          <Empty
            icon={<IconActivity size={32} stroke={1.5} aria-hidden />}
            title="No webhook has arrived yet"
            actions={<Link to="/connections">Go to the connections</Link>}
          >
            Every message and status that Twilio sends to any of your connections is listed here as it
            arrives.
          </Empty>
        }
      />
    </Page>
  );
}
