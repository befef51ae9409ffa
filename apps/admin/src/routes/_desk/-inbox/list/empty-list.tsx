import { Button, Skeleton } from "@mantine/core";
import { IconAt, IconCircleCheck, IconMessages, IconPlugConnected, IconSearchOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useAdminRequiredReason, useSession } from "../../../../components/account/session.ts";
import { connectionsQuery } from "../../../../components/connections/connections.ts";
import { EmptyState } from "../../../../ui/card.tsx";
import { ActionButton } from "../../../../ui/controls/action-button.tsx";
import { formatAddress } from "../../../../ui/format.ts";
import css from "../inbox.module.css";
import { anyConversationQuery, type InboxSearch } from "../queries.ts";

interface EmptyListProps {
  search: InboxSearch;
  onClear: () => void;
  onResolved: () => void;
  onOpen: () => void;
}

/** Why the list is empty, and what to do next. */
export function EmptyList({ search, onClear, onResolved, onOpen }: EmptyListProps) {
  const { data: any } = useQuery(anyConversationQuery());
  const { data: connections } = useQuery(connectionsQuery());
  const { instance } = useSession();
  const navigate = useNavigate();
  const whyConnect = useAdminRequiredReason("connect Twilio");
  const icon = { size: 28, stroke: 1.5, "aria-hidden": true };
  if (any === undefined || connections === undefined) return <ListSkeleton />;
  if (any && search.filter === "mentioned" && !search.q)
    return (
      <EmptyState
        level="h2"
        icon={<IconAt {...icon} />}
        title="Nobody waits for you here"
        actions={
          <Button size="xs" variant="default" onClick={onClear}>
            Show all open ones
          </Button>
        }
      >
        When a colleague writes @ and your name in a note, its conversation stands here until you have looked.
      </EmptyState>
    );
  if (any && search.q && !search.filter)
    return (
      <EmptyState
        level="h2"
        icon={<IconSearchOff {...icon} />}
        title="Nothing found"
        actions={
          <>
            <Button size="xs" variant="default" onClick={search.state ? onOpen : onResolved}>
              {search.state ? "Search open ones" : "Search resolved ones"}
            </Button>
            <Button size="xs" variant="subtle" onClick={onClear}>
              Clear the search
            </Button>
          </>
        }
      >
        No {search.state ?? "open"} conversation has “<bdi>{search.q}</bdi>” in a name, a number or a message.
      </EmptyState>
    );
  if (any && (search.filter || search.q || search.state))
    return (
      <EmptyState
        level="h2"
        icon={<IconSearchOff {...icon} />}
        title="Nothing matches"
        actions={
          <Button size="xs" variant="default" onClick={onClear}>
            Show all open ones
          </Button>
        }
      >
        No conversation fits these filters. New ones appear here as they arrive.
      </EmptyState>
    );
  if (any)
    return (
      <EmptyState
        level="h2"
        icon={<IconCircleCheck {...icon} />}
        title="Everything is resolved"
        actions={
          <Button size="xs" variant="default" onClick={onResolved}>
            Show resolved ones
          </Button>
        }
      >
        A resolved conversation comes back by itself when the customer writes again.
      </EmptyState>
    );
  const connection = connections.find((each) => each.isActive);
  if (!connection)
    return (
      <EmptyState
        level="h2"
        icon={<IconPlugConnected {...icon} />}
        title="No sender is connected"
        actions={
          <ActionButton size="xs" why={whyConnect} onClick={() => navigate({ to: "/connections/new" })}>
            Connect Twilio
          </ActionButton>
        }
      >
        Conversations begin when customers write to a connected WhatsApp sender.
      </EmptyState>
    );
  const simulator = connection.mode === "test" ? instance.testMode?.simulatorUrl : undefined;
  const number = connection.sender.replace("whatsapp:+", "");
  const link = simulator ?? (/^\d+$/.test(number) ? `https://wa.me/${number}` : null);
  return (
    <EmptyState
      level="h2"
      icon={<IconMessages {...icon} />}
      title="No conversation yet"
      actions={
        link ? (
          <Button size="xs" component="a" href={link} target="_blank" rel="noreferrer">
            {simulator ? "Open the simulator" : "Open in WhatsApp"}
          </Button>
        ) : null
      }
    >
      {simulator
        ? `Write to ${formatAddress(connection.sender)} from the simulator's phone. It appears here within a second.`
        : `Write to ${formatAddress(connection.sender)} from your own phone. It appears here within seconds.`}
    </EmptyState>
  );
}

export function ListSkeleton() {
  return (
    <div aria-busy="true">
      {[140, 110, 170, 90, 150, 120, 100].map((width) => (
        <div key={width} className={css.row}>
          <Skeleton height={12} width={width} my={4} />
          <Skeleton height={12} width={32} my={4} />
          <Skeleton height={12} width="80%" my={4} />
        </div>
      ))}
    </div>
  );
}
