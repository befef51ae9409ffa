import { Button } from "@mantine/core";
import { explain } from "../../../components/explain.ts";
import { client } from "../../../trpc.ts";
import { Card } from "../../../ui/card.tsx";
import { confirm } from "../../../ui/confirm.tsx";
import { CopyButton } from "../../../ui/copy.tsx";
import { endClass, Table } from "../../../ui/table.tsx";
import { Ago } from "../../../ui/time.tsx";
import { Tag } from "../../../ui/tone.tsx";
import { type Invitation, useRefreshTeam } from "./team.ts";

export function Invitations({ invitations }: { invitations: Invitation[] }) {
  const refresh = useRefreshTeam();
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
