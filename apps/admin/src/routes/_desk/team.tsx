import { Button, NativeSelect, Skeleton, Tooltip } from "@mantine/core";
import { IconDeviceMobileOff, IconDots, IconKey, IconUserPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { explain } from "../../components/explain.ts";
import { Page } from "../../components/page.tsx";
import { useMe, useWhyNotAdmin } from "../../components/session.ts";
import { client, type Outputs, queryClient, type Role, trpc } from "../../trpc.ts";
import { ActionButton } from "../../ui/action-button.tsx";
import { Card } from "../../ui/card.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { CopyButton } from "../../ui/copy.tsx";
import { DropMenu } from "../../ui/drop-menu.tsx";
import { capital } from "../../ui/format.ts";
import { Switch } from "../../ui/switch.tsx";
import { endClass, Table } from "../../ui/table.tsx";
import { Ago, dateOnly } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { Notice, Tag } from "../../ui/tone.tsx";
import { useKept } from "../../ui/use-kept.ts";
import { InviteDialog } from "./-team/invite-dialog.tsx";
import css from "./-team/team.module.css";

const ResetLinkDialog = lazy(() => import("./-team/reset-link-dialog.tsx"));

type Team = Outputs["team"]["list"];
type Member = Team["members"][number];
type Invitation = Team["invitations"][number];

export const Route = createFileRoute("/_desk/team")({
  validateSearch: (search): { invite?: true } => ({ invite: search.invite ? true : undefined }),
  loader: () => void queryClient.prefetchQuery(trpc.team.list.queryOptions()),
  pendingComponent: () => (
    <Page title="Team">
      <Card title="Members">
        {[1, 2, 3].map((row) => (
          <Skeleton key={row} height={34} />
        ))}
      </Card>
    </Page>
  ),
  component: TeamPage,
});

function TeamPage() {
  const { invite } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const { members, invitations, requiresSecondFactor } = useSuspenseQuery(trpc.team.list.queryOptions()).data;
  const why = useWhyNotAdmin("invite people");
  const toggle = (open: boolean) => navigate({ search: { invite: open || undefined }, replace: true });
  return (
    <Page
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
      <TwoSteps members={members} isRequired={requiresSecondFactor} />
      <Roles />
      <InviteDialog opened={Boolean(invite) && why === null} onClose={() => toggle(false)} />
    </Page>
  );
}

function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries(trpc.team.list.queryFilter());
}

function Members({ members }: { members: Member[] }) {
  const owners = members.filter((each) => each.role === "owner").length;
  return (
    <Card title="Members" aside={<span className="dim small">{members.length}</span>} flush>
      <Table
        label="Members"
        head={
          <>
            <th scope="col">Name</th>
            <th scope="col">Joined</th>
            <th scope="col">Role</th>
            <th scope="col" className={endClass}>
              Actions
            </th>
          </>
        }
      >
        {members.map((member) => (
          <MemberRow key={member.id} member={member} lastOwner={member.role === "owner" && owners === 1} />
        ))}
      </Table>
    </Card>
  );
}

/** Why the role of this member cannot be changed by this person, or the member removed. */
function useWhyNotMember(member: Member, lastOwner: boolean): string | null {
  const { organization } = useMe();
  const notAdmin = useWhyNotAdmin("change the team");
  if (notAdmin) return notAdmin;
  if (member.role === "owner" && organization.role !== "owner") return "Only an owner can change an owner.";
  if (lastOwner) return "An organisation needs an owner. Make somebody else an owner first.";
  return null;
}

function MemberRow({ member, lastOwner }: { member: Member; lastOwner: boolean }) {
  const { organization } = useMe();
  const queryClient = useQueryClient();
  const refresh = useRefresh();
  const navigate = useNavigate();
  const why = useWhyNotMember(member, lastOwner);
  const whyStay = member.isYou && !lastOwner ? null : why;
  const change = useMutation(
    trpc.team.changeRole.mutationOptions({
      onSuccess: async (_, { role }) => {
        if (member.isYou) await queryClient.invalidateQueries(trpc.session.me.queryFilter());
        await refresh();
        void toast(`${member.name} is now ${role}.`);
      },
    }),
  );
  const remove = () =>
    confirm({
      title: member.isYou ? `Leave ${organization.name}?` : `Remove ${member.name}?`,
      body: member.isYou
        ? "You lose access at once. Only an owner or admin can invite you back."
        : `${member.name} loses access to ${organization.name} at once. What they did stays in the audit log.`,
      action: member.isYou ? "Leave" : "Remove",
      explain,
      run: async () => {
        if (!member.isYou) {
          await client.team.remove.mutate({ memberId: member.id });
          return refresh();
        }
        await client.team.leave.mutate({ organizationId: organization.id });
        await queryClient.invalidateQueries(trpc.session.me.queryFilter());
        await navigate({ to: "/" });
      },
    });
  const roles: Role[] = organization.role === "owner" ? ["owner", "admin", "member"] : ["admin", "member"];
  return (
    <tr>
      <th scope="row">
        <div className="row" style={{ gap: 6 }}>
          <span className="strong">{member.name}</span>
          {member.isYou ? <Tag>you</Tag> : null}
          {member.hasSecondFactor ? <Tag tone="good">two-step</Tag> : null}
        </div>
        <div className="dim">{member.email}</div>
        {change.error ? (
          <div style={{ marginTop: 8 }}>
            <Notice tone="bad" role="alert">
              {explain(change.error)}
            </Notice>
          </div>
        ) : null}
      </th>
      <td className="dim">
        <span title={member.joinedAt}>{dateOnly(member.joinedAt)}</span>
      </td>
      <td>
        {why ? (
          <Tooltip label={why}>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the reason must be reachable by keyboard */}
            <span tabIndex={0} title={why}>
              <Tag>{member.role}</Tag>
            </span>
          </Tooltip>
        ) : (
          <NativeSelect
            size="xs"
            w={110}
            aria-label={`Role of ${member.name}`}
            value={member.role}
            disabled={change.isPending}
            onChange={({ currentTarget: { value } }) => {
              const role = roles.find((each) => each === value);
              if (role) change.mutate({ memberId: member.id, role });
            }}
            data={roles.map((role) => ({ value: role, label: capital(role) }))}
          />
        )}
      </td>
      <td className={endClass}>
        <div className="row" style={{ justifyContent: "flex-end", gap: 6 }}>
          <ActionButton
            size="xs"
            variant="default"
            why={whyStay}
            onClick={remove}
            aria-label={member.isYou ? "Leave the organisation" : `Remove ${member.name}`}
          >
            {member.isYou ? "Leave" : "Remove"}
          </ActionButton>
          {organization.role === "owner" ? <HelpMenu member={member} /> : null}
        </div>
      </td>
    </tr>
  );
}

/** How an owner helps somebody in who cannot sign in any longer. */
function HelpMenu({ member }: { member: Member }) {
  const [linking, setLinking] = useState(false);
  const refresh = useRefresh();
  const reset = () =>
    confirm({
      title: `Reset two-step sign-in of ${member.name}?`,
      body: `${member.name} signs in by password alone until they set it up again. Every device of theirs is signed out. Do this for whoever has lost phone and backup codes, when you are sure that it is they who ask.`,
      action: "Reset",
      explain,
      run: async () => {
        await client.team.resetSecondFactor.mutate({ memberId: member.id });
        await refresh();
      },
    });
  const items = [
    ...(member.role === "owner"
      ? []
      : [
          {
            label: "Link for a new password",
            icon: <IconKey size={16} aria-hidden />,
            onSelect: () => setLinking(true),
          },
        ]),
    ...(member.hasSecondFactor
      ? [
          {
            label: "Reset two-step sign-in",
            icon: <IconDeviceMobileOff size={16} aria-hidden />,
            onSelect: reset,
          },
        ]
      : []),
  ];
  if (member.isYou || items.length === 0) return <span className={css.rest} />;
  return (
    <>
      <DropMenu label={`Help ${member.name} sign in`} className={css.more} align="end" items={items}>
        <IconDots size={16} aria-hidden />
      </DropMenu>
      {useKept(linking) ? (
        <Suspense>
          <ResetLinkDialog member={member} opened={linking} onClose={() => setLinking(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

function Invitations({ invitations }: { invitations: Invitation[] }) {
  const refresh = useRefresh();
  return (
    <Card title="Open invitations" flush>
      <Table
        label="Open invitations"
        head={
          <>
            <th scope="col">Address</th>
            <th scope="col">Role</th>
            <th scope="col">Ends</th>
            <th scope="col" className={endClass}>
              Actions
            </th>
          </>
        }
      >
        {invitations.map((invitation) => (
          <tr key={invitation.id}>
            <th scope="row">
              <div className="strong">{invitation.email}</div>
              <div className="dim">invited by {invitation.invitedBy}</div>
            </th>
            <td>
              <Tag>{invitation.role}</Tag>
            </td>
            <td className="dim">
              <Ago at={invitation.expiresAt} />
            </td>
            <td className={endClass}>
              <div className="row" style={{ justifyContent: "flex-end" }}>
                {invitation.link ? <CopyButton value={invitation.link} label="Copy link" /> : null}
                <Button
                  size="xs"
                  variant="default"
                  aria-label={`Take back the invitation of ${invitation.email}`}
                  onClick={() =>
                    confirm({
                      title: "Take back this invitation?",
                      body: `The link that ${invitation.email} got stops working.`,
                      action: "Take back",
                      explain,
                      run: async () => {
                        await client.team.cancelInvitation.mutate({ invitationId: invitation.id });
                        await refresh();
                      },
                    })
                  }
                >
                  Take back
                </Button>
              </div>
            </td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}

function TwoSteps({ members, isRequired }: { members: Member[]; isRequired: boolean }) {
  const { organization } = useMe();
  const refresh = useRefresh();
  const change = useMutation(trpc.organizations.requireSecondFactor.mutationOptions({ onSuccess: refresh }));
  const you = members.find((member) => member.isYou);
  const lacking = members.filter((member) => member.hasSecondFactor === false);
  if (organization.role === "member") return null;
  const why =
    organization.role !== "owner"
      ? "Only an owner decides about it."
      : !isRequired && you?.hasSecondFactor === false
        ? "Set up two-step sign-in for yourself first, on your profile."
        : null;
  const count = lacking.length === 1 ? "1 person has" : `${lacking.length} people have`;
  const set = (next: boolean) => {
    if (!next || lacking.length === 0) return change.mutate({ isRequired: next });
    confirm({
      title: "Ask everybody for two-step sign-in?",
      body: `${count} none yet, and cannot go on working until they have set it up. It takes them a minute and a phone.`,
      action: "Ask for it",
      explain,
      run: () => change.mutateAsync({ isRequired: true }),
    });
  };
  return (
    <Card title="Two-step sign-in">
      <div className="stack">
        <Switch
          label="Ask everybody for it"
          description={
            isRequired
              ? "Nobody works here without a code from an app beside the password."
              : lacking.length === 0
                ? "All of the team have it."
                : `${count} no second step yet.`
          }
          isOn={isRequired}
          why={why}
          onChange={set}
        />
        {change.error ? (
          <Notice tone="bad" role="alert">
            {explain(change.error)}
          </Notice>
        ) : null}
      </div>
    </Card>
  );
}

const Roles = () => (
  <p className="dim small">
    Owners do everything. Admins connect senders and run the team, but cannot touch owners. Members answer
    customers, and see connections and webhooks.
  </p>
);
