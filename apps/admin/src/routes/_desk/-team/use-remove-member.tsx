import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useSession } from "../../../components/account/session.ts";
import { explainError } from "../../../components/explain-error.ts";
import { trpc, trpcClient } from "../../../trpc.ts";
import { confirm } from "../../../ui/feedback/confirm.tsx";
import { Notice } from "../../../ui/feedback/notice-and-tag.tsx";
import { ApiKeyChoice } from "./api-key-choice.tsx";
import { type TeamMember, useRefetchTeam } from "./team.ts";

/** Asks whether this member is to go, and which of their API keys with them. */
export function useRemoveMember(member: TeamMember) {
  const { organization } = useSession();
  const queryClient = useQueryClient();
  const refresh = useRefetchTeam();
  const navigate = useNavigate();
  return async () => {
    // Only admins and owners make keys, and see them.
    const all =
      organization.role === "member"
        ? []
        : await queryClient.fetchQuery(trpc.apiKeys.list.queryOptions()).catch(() => null);
    const keys =
      all?.filter(({ madeById, state }) => madeById === member.userId && state === "working") ?? [];
    let revokeApiKeyIds = keys.map(({ id }) => id);
    confirm({
      title: member.isYou ? `Leave ${organization.name}?` : `Remove ${member.name}?`,
      body: (
        <div className="stack">
          <span>
            {member.isYou
              ? "You lose access at once. Only an owner or admin can invite you back."
              : `${member.name} loses access to ${organization.name} at once. What they did stays in the audit log.`}
          </span>
          {keys.length > 0 ? (
            <ApiKeyChoice
              // Chosen anew each time that the dialog opens.
              key={performance.now()}
              keys={keys}
              whose={member.isYou ? "you" : member.name}
              onChange={(ids) => {
                revokeApiKeyIds = ids;
              }}
            />
          ) : null}
          {all === null ? (
            <Notice tone="warn">
              The API keys could not be loaded. Keys that {member.isYou ? "you" : member.name} created go on
              working; revoke them under Settings.
            </Notice>
          ) : null}
        </div>
      ),
      action: member.isYou ? "Leave" : "Remove",
      explain: explainError,
      run: async () => {
        if (!member.isYou) {
          await trpcClient.team.remove.mutate({ memberId: member.id, revokeApiKeyIds });
          await queryClient.invalidateQueries(trpc.apiKeys.list.queryFilter());
          return refresh();
        }
        await trpcClient.team.leave.mutate({ organizationId: organization.id, revokeApiKeyIds });
        await queryClient.invalidateQueries(trpc.session.me.queryFilter());
        await navigate({ to: "/" });
      },
    });
  };
}
