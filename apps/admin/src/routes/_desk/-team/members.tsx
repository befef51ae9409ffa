import { NativeSelect, Tooltip } from "@mantine/core";
import { IconDeviceMobileOff, IconDots, IconKey } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useAdminRequiredReason, useSession } from "../../../components/account/session.ts";
import { explainError } from "../../../components/explain-error.ts";
import { type MemberRole, trpc, trpcClient } from "../../../trpc.ts";
import { Card } from "../../../ui/card.tsx";
import { ActionButton } from "../../../ui/controls/action-button.tsx";
import { DropdownMenu } from "../../../ui/controls/dropdown-menu.tsx";
import { useOnceOpened } from "../../../ui/controls/use-once-opened.ts";
import { alignEndClass, DataTable } from "../../../ui/data-table.tsx";
import { confirm } from "../../../ui/feedback/confirm.tsx";
import { Notice, StatusTag } from "../../../ui/feedback/notice-and-tag.tsx";
import { toast } from "../../../ui/feedback/toast.tsx";
import { capitalize } from "../../../ui/format.ts";
import { dateOnly } from "../../../ui/time.tsx";
import css from "./team.module.css";
import { type TeamMember, useRefetchTeam } from "./team.ts";
import { useRemoveMember } from "./use-remove-member.tsx";

const ResetLinkDialog = lazy(() => import("./reset-link-dialog.tsx"));

export function Members({ members }: { members: TeamMember[] }) {
  const owners = members.filter((each) => each.role === "owner").length;
  return (
    <Card title="Members" aside={<span className="dim small">{members.length}</span>} flush>
      <DataTable
        label="Members"
        head={
          <>
            <th scope="col">Name</th>
            <th scope="col">Joined</th>
            <th scope="col">Role</th>
            <th scope="col" className={alignEndClass}>
              Actions
            </th>
          </>
        }
      >
        {members.map((member) => (
          <MemberRow key={member.id} member={member} lastOwner={member.role === "owner" && owners === 1} />
        ))}
      </DataTable>
    </Card>
  );
}

/** Why the role of this member cannot be changed by this person, or the member removed. */
function useWhyNotMember(member: TeamMember, lastOwner: boolean): string | null {
  const { organization } = useSession();
  const notAdmin = useAdminRequiredReason("change the team");
  if (notAdmin) return notAdmin;
  if (member.role === "owner" && organization.role !== "owner") return "Only an owner can change an owner.";
  if (lastOwner) return "An organisation needs an owner. Make somebody else an owner first.";
  return null;
}

function MemberRow({ member, lastOwner }: { member: TeamMember; lastOwner: boolean }) {
  const { organization } = useSession();
  const queryClient = useQueryClient();
  const refresh = useRefetchTeam();
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
  const remove = useRemoveMember(member);
  const roles: MemberRole[] =
    organization.role === "owner" ? ["owner", "admin", "member"] : ["admin", "member"];
  return (
    <tr>
      <th scope="row">
        <div className="row" style={{ gap: 6 }}>
          <span className="strong">{member.name}</span>
          {member.isYou ? <StatusTag>you</StatusTag> : null}
          {member.hasSecondFactor ? <StatusTag tone="good">two-step</StatusTag> : null}
        </div>
        <div className="dim">{member.email}</div>
        {change.error ? (
          <div style={{ marginTop: 8 }}>
            <Notice tone="bad" role="alert">
              {explainError(change.error)}
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
              <StatusTag>{member.role}</StatusTag>
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
            data={roles.map((role) => ({ value: role, label: capitalize(role) }))}
          />
        )}
      </td>
      <td className={alignEndClass}>
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
function HelpMenu({ member }: { member: TeamMember }) {
  const [linking, setLinking] = useState(false);
  const refresh = useRefetchTeam();
  const reset = () =>
    confirm({
      title: `Reset two-step sign-in of ${member.name}?`,
      body: `${member.name} signs in by password alone until they set it up again. Every device of theirs is signed out. Do this for whoever has lost phone and backup codes, when you are sure that it is they who ask.`,
      action: "Reset",
      explain: explainError,
      run: async () => {
        await trpcClient.team.resetSecondFactor.mutate({ memberId: member.id });
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
      <DropdownMenu label={`Help ${member.name} sign in`} className={css.more} align="end" items={items}>
        <IconDots size={16} aria-hidden />
      </DropdownMenu>
      {useOnceOpened(linking) ? (
        <Suspense>
          <ResetLinkDialog member={member} opened={linking} onClose={() => setLinking(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
