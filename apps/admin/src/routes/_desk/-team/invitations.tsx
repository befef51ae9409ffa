import { Button } from "@mantine/core";
import { explainError } from "../../../components/explain-error.ts";
import { trpcClient } from "../../../trpc.ts";
import { Card } from "../../../ui/card.tsx";
import { CopyButton } from "../../../ui/controls/copy.tsx";
import { alignEndClass, DataTable } from "../../../ui/data-table.tsx";
import { confirm } from "../../../ui/feedback/confirm.tsx";
import { StatusTag } from "../../../ui/feedback/notice-and-tag.tsx";
import { RelativeTime } from "../../../ui/time.tsx";
import { type TeamInvitation, useRefetchTeam } from "./team.ts";

export function Invitations({ invitations }: { invitations: TeamInvitation[] }) {
  const refresh = useRefetchTeam();
  return (
    <Card title="Open invitations" flush>
      <DataTable
        label="Open invitations"
        head={
          <>
            <th scope="col">Address</th>
            <th scope="col">Role</th>
            <th scope="col">Ends</th>
            <th scope="col" className={alignEndClass}>
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
              <StatusTag>{invitation.role}</StatusTag>
            </td>
            <td className="dim">
              <RelativeTime at={invitation.expiresAt} />
            </td>
            <td className={alignEndClass}>
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
                      explain: explainError,
                      run: async () => {
                        await trpcClient.team.cancelInvitation.mutate({ invitationId: invitation.id });
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
      </DataTable>
    </Card>
  );
}
