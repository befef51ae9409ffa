import { cancelInvitation } from "@waystation/identity/invitations/cancel-invitation";
import { getInvitation } from "@waystation/identity/invitations/get-invitation";
import { inviteMember } from "@waystation/identity/invitations/invite-member";
import { joinOrganization } from "@waystation/identity/invitations/join-organization";
import { changeRole } from "@waystation/identity/team/change-role";
import {
  cancelInvitationInput,
  changeRoleInput,
  invitationInput,
  inviteInput,
  joinInput,
  leaveTeamInput,
  makeResetLinkInput,
  removeMemberInput,
  resetSecondFactorInput,
} from "@waystation/identity/team/inputs";
import { leaveTeam } from "@waystation/identity/team/leave";
import { listTeam } from "@waystation/identity/team/list";
import { makeResetLink } from "@waystation/identity/team/make-reset-link";
import { removeMember } from "@waystation/identity/team/remove";
import { resetSecondFactor } from "@waystation/identity/team/reset-second-factor";
import * as schemas from "../../rest/team-schemas.ts";
import { adminProcedure, memberProcedure, ownerProcedure, publicProcedure, router } from "../../trpc.ts";

export const teamRouter = router({
  invitation: publicProcedure
    .input(invitationInput)
    .query(({ ctx, input }) => getInvitation(ctx.visit, input)),
  join: publicProcedure.input(joinInput).mutation(({ ctx, input }) => joinOrganization(ctx.visit, input)),
  list: memberProcedure
    .meta({
      rest: {
        method: "GET",
        path: "/api/team",
        about: "Organisation",
        summary: "List the members of the team",
        answer: schemas.teamSchema,
      },
    })
    .query(({ ctx }) => listTeam(ctx.domain)),
  invite: adminProcedure.input(inviteInput).mutation(({ ctx, input }) => inviteMember(ctx.domain, input)),
  cancelInvitation: adminProcedure
    .input(cancelInvitationInput)
    .mutation(({ ctx, input }) => cancelInvitation(ctx.domain, input)),
  changeRole: adminProcedure
    .input(changeRoleInput)
    .mutation(({ ctx, input }) => changeRole(ctx.domain, input)),
  makeResetLink: ownerProcedure
    .input(makeResetLinkInput)
    .mutation(({ ctx, input }) => makeResetLink(ctx.domain, input)),
  resetSecondFactor: ownerProcedure
    .input(resetSecondFactorInput)
    .mutation(({ ctx, input }) => resetSecondFactor(ctx.domain, input)),
  leave: memberProcedure.input(leaveTeamInput).mutation(({ ctx, input }) => leaveTeam(ctx.domain, input)),
  remove: adminProcedure
    .input(removeMemberInput)
    .mutation(({ ctx, input }) => removeMember(ctx.domain, input)),
});
