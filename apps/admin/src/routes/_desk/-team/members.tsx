import { NativeSelect, Tooltip } from "@mantine/core";
import { IconDeviceMobileOff, IconDots, IconKey } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { explain } from "../../../components/explain.ts";
import { useMe, useWhyNotAdmin } from "../../../components/session.ts";
import { client, type Role, trpc } from "../../../trpc.ts";
import { ActionButton } from "../../../ui/action-button.tsx";
import { Card } from "../../../ui/card.tsx";
import { confirm } from "../../../ui/confirm.tsx";
import { DropMenu } from "../../../ui/drop-menu.tsx";
import { capital } from "../../../ui/format.ts";
import { endClass, Table } from "../../../ui/table.tsx";
import { dateOnly } from "../../../ui/time.tsx";
import { toast } from "../../../ui/toast.tsx";
import { Notice, Tag } from "../../../ui/tone.tsx";
import { useOnceOpened } from "../../../ui/use-once-opened.ts";
import css from "./team.module.css";
import { type Member, useRefreshTeam } from "./team.ts";
import { useRemoval } from "./use-removal.tsx";

const ResetLinkDialog = lazy(() => import("./reset-link-dialog.tsx"));

export function Members({ members }: { members: Member[] }) {
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
  const refresh = useRefreshTeam();
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
  const remove = useRemoval(member);
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
  const refresh = useRefreshTeam();
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
      {useOnceOpened(linking) ? (
        <Suspense>
          <ResetLinkDialog member={member} opened={linking} onClose={() => setLinking(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
