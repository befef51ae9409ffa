import { IconPlugConnected, IconPlus } from "@tabler/icons-react";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useAdminRequiredReason } from "../../../components/account/session.ts";
import { ConnectionList, ConnectionListSkeleton } from "../../../components/connections/connection-list.tsx";
import { connectionsQuery, useConnections } from "../../../components/connections/connections.ts";
import { PageLayout } from "../../../components/shell/page-layout.tsx";
import { queryClient } from "../../../trpc.ts";
import { Card, EmptyState } from "../../../ui/card.tsx";
import { ActionButton } from "../../../ui/controls/action-button.tsx";

export const Route = createFileRoute("/_desk/connections/")({
  loader: () => void queryClient.prefetchQuery(connectionsQuery()),
  pendingComponent: () => (
    <PageLayout title="Connections">
      <Card flush>
        <ConnectionListSkeleton />
      </Card>
    </PageLayout>
  ),
  component: Connections,
});

function ConnectButton() {
  const why = useAdminRequiredReason("connect a sender");
  const navigate = useNavigate();
  return (
    <ActionButton
      size="xs"
      why={why}
      leftSection={<IconPlus size={14} aria-hidden />}
      onClick={() => navigate({ to: "/connections/new" })}
    >
      Connect Twilio
    </ActionButton>
  );
}

function Connections() {
  const connections = useConnections();
  const active = connections.filter((each) => each.isActive);
  const former = connections.filter((each) => !each.isActive);
  if (connections.length === 0) {
    return (
      <PageLayout title="Connections">
        <Card>
          <EmptyState
            icon={<IconPlugConnected size={32} stroke={1.5} aria-hidden />}
            title="No sender is connected yet"
            level="h2"
            actions={<ConnectButton />}
          >
            A connection joins one WhatsApp sender of a Twilio account with this desk: its messages arrive
            here, signed and checked.
          </EmptyState>
        </Card>
      </PageLayout>
    );
  }
  return (
    <PageLayout title="Connections" actions={<ConnectButton />}>
      {active.length > 0 ? (
        <Card title="Active" flush>
          <ConnectionList connections={active} label="Active connections" />
        </Card>
      ) : null}
      {former.length > 0 ? (
        <Card title="Disconnected, history kept" flush>
          <ConnectionList connections={former} label="Disconnected connections" />
        </Card>
      ) : null}
    </PageLayout>
  );
}
