import { useQueryClient } from "@tanstack/react-query";
import { type Outputs, trpc } from "../../../trpc.ts";

type Team = Outputs["team"]["list"];
export type Member = Team["members"][number];
export type Invitation = Team["invitations"][number];

export function useRefreshTeam() {
  const client = useQueryClient();
  return () => client.invalidateQueries(trpc.team.list.queryFilter());
}
