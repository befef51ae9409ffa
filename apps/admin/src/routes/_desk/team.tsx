import { Skeleton } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { roleDescriptions } from "../../components/account/role-descriptions.ts";
import { useAdminRequiredReason } from "../../components/account/session.ts";
import { PageLayout } from "../../components/shell/page-layout.tsx";
import { queryClient, trpc } from "../../trpc.ts";
import { Card } from "../../ui/card.tsx";
import { ActionButton } from "../../ui/controls/action-button.tsx";
import { Invitations } from "./-team/invitations.tsx";
import { InviteDialog } from "./-team/invite-dialog.tsx";
import { Members } from "./-team/members.tsx";
import { TwoFactorStatus } from "./-team/two-factor-status.tsx";

export const Route = createFileRoute("/_desk/team")({
  validateSearch: (search): { invite?: true } => ({ invite: search.invite ? true : undefined }),
  loader: () => void queryClient.prefetchQuery(trpc.team.list.queryOptions()),
  pendingComponent: () => (
    <PageLayout title="Team">
      <Card title="Members">
        {[1, 2, 3].map((row) => (
          <Skeleton key={row} height={34} />
        ))}
      </Card>
    </PageLayout>
  ),
  component: TeamPage,
});

function TeamPage() {
  const { invite } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const { members, invitations, requiresSecondFactor } = useSuspenseQuery(trpc.team.list.queryOptions()).data;
  const why = useAdminRequiredReason("invite people");
  const toggle = (open: boolean) => navigate({ search: { invite: open || undefined }, replace: true });
  return (
    <PageLayout
      title="Team"
      actions={
        <ActionButton
          size="xs"
          why={why}
          leftSection={<IconUserPlus size={14} aria-hidden />}
          onClick={() => toggle(true)}
        >
          Invite
        </ActionButton>
      }
    >
      <Members members={members} />
      {invitations.length > 0 ? <Invitations invitations={invitations} /> : null}
      <TwoFactorStatus members={members} isRequired={requiresSecondFactor} />
      <Roles />
      <InviteDialog opened={Boolean(invite) && why === null} onClose={() => toggle(false)} />
    </PageLayout>
  );
}

const Roles = () => (
  <Card title="Roles">
    <dl className="stack small" style={{ gap: 8, margin: 0 }}>
      {roleDescriptions.map(({ role, label, person }) => (
        <div key={role}>
          <dt className="strong">{label}</dt>
          <dd className="dim" style={{ margin: 0 }}>
            {person}
          </dd>
        </div>
      ))}
    </dl>
  </Card>
);
