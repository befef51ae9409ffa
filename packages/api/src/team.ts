import { cancelInvitation } from "@waystation/whatsapp/team/cancel-invitation";
import { changeRole } from "@waystation/whatsapp/team/change-role";
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
} from "@waystation/whatsapp/team/inputs";
import { invitation } from "@waystation/whatsapp/team/invitation";
import { invite } from "@waystation/whatsapp/team/invite";
import { join } from "@waystation/whatsapp/team/join";
import { leaveTeam } from "@waystation/whatsapp/team/leave";
import { listTeam } from "@waystation/whatsapp/team/list";
import { makeResetLink } from "@waystation/whatsapp/team/make-reset-link";
import { removeMember } from "@waystation/whatsapp/team/remove";
import { resetSecondFactor } from "@waystation/whatsapp/team/reset-second-factor";
import * as answers from "./response-schemas.ts";
import { admin, anyone, member, owner, router } from "./trpc.ts";

export const team = router({
  invitation: anyone.input(invitationInput).query(({ ctx, input }) => invitation(ctx.visit, input)),
  join: anyone.input(joinInput).mutation(({ ctx, input }) => join(ctx.visit, input)),
  list: member
    .meta({
      rest: {
        method: "GET",
        path: "/api/team",
        about: "Organisation",
        summary: "List the members of the team",
        answer: answers.team,
      },
    })
    .query(({ ctx }) => listTeam(ctx.domain)),
  invite: admin.input(inviteInput).mutation(({ ctx, input }) => invite(ctx.domain, input)),
  cancelInvitation: admin
    .input(cancelInvitationInput)
    .mutation(({ ctx, input }) => cancelInvitation(ctx.domain, input)),
  changeRole: admin.input(changeRoleInput).mutation(({ ctx, input }) => changeRole(ctx.domain, input)),
  makeResetLink: owner
    .input(makeResetLinkInput)
    .mutation(({ ctx, input }) => makeResetLink(ctx.domain, input)),
  resetSecondFactor: owner
    .input(resetSecondFactorInput)
    .mutation(({ ctx, input }) => resetSecondFactor(ctx.domain, input)),
  leave: member.input(leaveTeamInput).mutation(({ ctx, input }) => leaveTeam(ctx.domain, input)),
  remove: admin.input(removeMemberInput).mutation(({ ctx, input }) => removeMember(ctx.domain, input)),
});
