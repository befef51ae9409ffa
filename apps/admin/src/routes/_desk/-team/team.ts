import { useQueryClient } from "@tanstack/react-query";
import { type RouterOutputs, trpc } from "../../../trpc.ts";

type Team = RouterOutputs["team"]["list"];
export type TeamMember = Team["members"][number];
export type TeamInvitation = Team["invitations"][number];

export function useRefetchTeam() {
  const client = useQueryClient();
  return () => client.invalidateQueries(trpc.team.list.queryFilter());
}
