import { Button, Skeleton } from "@mantine/core";
import { IconCircleCheckFilled, IconCircleDashed, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useAdminRequiredReason, useSession } from "../../components/account/session.ts";
import { ConnectionList, ConnectionListSkeleton } from "../../components/connections/connection-list.tsx";
import { connectionName } from "../../components/connections/connection-name.ts";
import { connectionsQuery, useConnections } from "../../components/connections/connections.ts";
import { DailyStatsTiles, DailyStatsTilesSkeleton } from "../../components/events/daily-stats-tiles.tsx";
import { EventList, EventListSkeleton } from "../../components/events/event-list.tsx";
import css from "../../components/overview.module.css";
import { PageLayout } from "../../components/shell/page-layout.tsx";
import { type ConnectionStatus, queryClient, trpc } from "../../trpc.ts";
import { Card } from "../../ui/card.tsx";
import { ActionButton } from "../../ui/controls/action-button.tsx";
import { CopyField } from "../../ui/controls/copy.tsx";
import { Notice } from "../../ui/feedback/notice-and-tag.tsx";
import { formatAddress } from "../../ui/format.ts";

const recent = () => trpc.events.list.queryOptions({ limit: 6 });

export const Route = createFileRoute("/_desk/")({
  loader: async () => {
    void queryClient.prefetchQuery(connectionsQuery());
    void queryClient.prefetchQuery(recent());
    // It decides whether there is something left to do, which stands above other cards.
    await queryClient.ensureQueryData(trpc.team.list.queryOptions()).catch(() => {});
  },
  pendingComponent: OverviewSkeleton,
  component: Overview,
});

function Overview() {
  const me = useSession();
  const connections = useConnections();
  const active = connections.filter((each) => each.isActive);
  if (connections.length === 0) {
    return (
      <PageLayout title="Overview">
        <Hello />
        <Durability />
      </PageLayout>
    );
  }
  const shown = active.length > 0 ? active : connections;
  return (
    <PageLayout title="Overview">
      <DailyStatsTiles
        days={connections.map((each) => each.last24h)}
        why={
          <Link to="/webhooks" search={{ outcome: "rejected" }}>
            See why
          </Link>
        }
      />
      <div className={css.columns}>
        <div className="stack">
          <Card title="Connections" flush aside={<AddConnection />}>
            <ConnectionList connections={shown} label="Connections" />
          </Card>
          <LastEvents />
        </div>
        <div className="stack">
          <Checklist connections={active} />
          <Card title="Webhook URL">
            <p className="dim small">
              Twilio posts messages and statuses of every connection of {me.organization.name} here.
            </p>
            <CopyField value={shown[0]?.webhookUrl ?? ""} label="webhook URL" />
          </Card>
          <Durability />
        </div>
      </div>
    </PageLayout>
  );
}

function AddConnection() {
  const why = useAdminRequiredReason("connect a sender");
  const navigate = useNavigate();
  return (
    <ActionButton
      size="xs"
      variant="default"
      why={why}
      leftSection={<IconPlus size={14} aria-hidden />}
      onClick={() => navigate({ to: "/connections/new" })}
    >
      Connect
    </ActionButton>
  );
}

function Hello() {
  const me = useSession();
  const why = useAdminRequiredReason("connect a Twilio account");
  const navigate = useNavigate();
  const steps: [string, string][] = [
    [
      "Credentials",
      "Account SID and Auth Token of your Twilio account. They are checked before anything is saved.",
    ],
    ["Sender", "Pick the WhatsApp number that customers write to."],
    ["Webhook", "Waystation tells Twilio where to send messages, and shows what it changes first."],
  ];
  return (
    <section className={css.hello} aria-labelledby="hello">
      <div className="stack">
        <h2 id="hello">Connect Twilio to {me.organization.name}</h2>
        <p className="dim">
          Three steps, about two minutes. After that every message that Twilio sends is stored here before
          Twilio gets its answer, and you see at every moment whether it works.
        </p>
        <div className="row">
          <ActionButton why={why} onClick={() => navigate({ to: "/connections/new" })}>
            Connect Twilio
          </ActionButton>
          {me.instance.testMode ? (
            <ActionButton
              variant="default"
              why={why}
              onClick={() => navigate({ to: "/connections/new", search: { mode: "test" } })}
            >
              Try it with the simulator
            </ActionButton>
          ) : null}
        </div>
      </div>
      <ol>
        {steps.map(([title, text], step) => (
          <li key={title}>
            <span className={css.number} aria-hidden>
              {step + 1}
            </span>
            <div>
              <div className="strong">{title}</div>
              <div className="dim small">{text}</div>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Durability() {
  const { instance } = useSession();
  if (!instance.embedded) return null;
  return (
    <Notice>Messages survive a crash of the program, but not a power cut: use DATABASE_URL for that.</Notice>
  );
}

function Step({ done, title, children }: { done: boolean; title: string; children?: ReactNode }) {
  return (
    <li className={css.step} data-done={done || undefined}>
      {done ? (
        <IconCircleCheckFilled size={20} aria-label="Done" role="img" />
      ) : (
        <IconCircleDashed size={20} stroke={1.6} aria-label="To do" role="img" />
      )}
      <div>
        <strong>{title}</strong>
        {done ? null : children}
      </div>
    </li>
  );
}

function Checklist({ connections }: { connections: ConnectionStatus[] }) {
  const me = useSession();
  const team = useQuery(trpc.team.list.queryOptions());
  const whyTeam = useAdminRequiredReason("invite people");
  const whyConnect = useAdminRequiredReason("connect a sender");
  const navigate = useNavigate();
  const proven = connections.some((each) => each.lastValidSignatureAt);
  const invited = team.data ? team.data.members.length + team.data.invitations.length > 1 : true;
  const unproven = connections.find((each) => !each.lastValidSignatureAt);
  if (connections.length > 0 && proven && invited) return null;
  return (
    <Card title="What to do next" flush>
      <ol className={css.steps}>
        <Step done={connections.length > 0} title="Connect a sender">
          <p>Your history is kept. Connect the same sender again to go on with it, or another one.</p>
          <div className={css.do}>
            <ActionButton size="xs" why={whyConnect} onClick={() => navigate({ to: "/connections/new" })}>
              Connect Twilio
            </ActionButton>
          </div>
        </Step>
        <Step done={proven} title="Prove it by a first message">
          {unproven ? (
            <Prove connection={unproven} simulatorUrl={me.instance.testMode?.simulatorUrl} />
          ) : null}
        </Step>
        <Step done={invited} title="Invite your team">
          <p>Colleagues get their own sign-in and see the same desk.</p>
          <div className={css.do}>
            <ActionButton
              size="xs"
              variant="default"
              why={whyTeam}
              onClick={() => navigate({ to: "/team", search: { invite: true } })}
            >
              Invite people
            </ActionButton>
          </div>
        </Step>
      </ol>
    </Card>
  );
}

function Prove({ connection, simulatorUrl }: { connection: ConnectionStatus; simulatorUrl?: string }) {
  const number = connection.sender.replace("whatsapp:+", "");
  if (connection.mode === "test") {
    return (
      <>
        <p>
          Write to {connectionName(connection)} from the simulator's phone. It appears here within a second.
        </p>
        {simulatorUrl ? (
          <div className={css.do}>
            <Button size="xs" component="a" href={simulatorUrl} target="_blank" rel="noreferrer">
              Open the simulator
            </Button>
          </div>
        ) : null}
      </>
    );
  }
  return (
    <>
      <p>
        Send any WhatsApp message to {formatAddress(connection.sender)} from your phone. It appears here
        within seconds.
      </p>
      {/^\d+$/.test(number) ? (
        <div className={css.do}>
          <Button size="xs" component="a" href={`https://wa.me/${number}`} target="_blank" rel="noreferrer">
            Open in WhatsApp
          </Button>
        </div>
      ) : null}
    </>
  );
}

function LastEvents() {
  const navigate = useNavigate();
  const { data } = useQuery(recent());
  return (
    <Card
      title="Last events"
      flush
      aside={
        <Link to="/webhooks" className="small">
          See all events
        </Link>
      }
    >
      {data === undefined ? <EventListSkeleton rows={4} /> : null}
      {data?.items.length === 0 ? (
        <p className="dim small" style={{ padding: 16 }}>
          Nothing has arrived yet. The first message shows here by itself.
        </p>
      ) : null}
      {data ? (
        <EventList
          events={data.items}
          label="Last events"
          compact
          onOpen={(event) => navigate({ to: "/webhooks", search: { event: event.id } })}
        />
      ) : null}
    </Card>
  );
}

function OverviewSkeleton() {
  return (
    <PageLayout title="Overview">
      <DailyStatsTilesSkeleton />
      <div className={css.columns} aria-busy="true">
        <div className="stack">
          <Card title="Connections" flush>
            <ConnectionListSkeleton />
          </Card>
          <Card title="Last events" flush>
            <EventListSkeleton rows={6} />
          </Card>
        </div>
        <Card title="Webhook URL">
          <Skeleton height={38} />
          <Skeleton height={38} />
        </Card>
      </div>
    </PageLayout>
  );
}
