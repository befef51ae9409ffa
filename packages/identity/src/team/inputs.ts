import { z } from "zod";

export const roleInput = z.enum(["owner", "admin", "member"], {
  error: "Choose one of the roles owner, admin and member.",
});

export const nameInput = z
  .string("Enter a name.")
  .trim()
  .min(1, "Enter a name.")
  .max(100, "Use at most 100 characters for the name.")
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
  .regex(/^[^\u0000-\u001f\u007f]*$/, "A name has no line breaks or control characters.");

/** Whether it is an address at all, the verb says: that refusal has a reason of its own. */
export const emailInput = z
  .string("Enter an e-mail address.")
  .max(254, "Use at most 254 characters for the address.");

/** Whether it is good enough, the verb says. */
export const passwordInput = z.string("Choose a password.").max(1000, "Choose a shorter password.");

const token = z.string("Open the invitation link again: its token is missing.").trim().max(200);
const memberId = z.uuid("This is not the id of a member.");

export const invitationInput = z.strictObject({ token });

export const joinInput = z.strictObject({
  token,
  name: nameInput.optional(),
  password: passwordInput.optional(),
});
export type JoinInput = z.infer<typeof joinInput>;

export const inviteInput = z.strictObject({ email: emailInput, role: roleInput });
export type InviteInput = z.infer<typeof inviteInput>;

export const cancelInvitationInput = z.strictObject({
  invitationId: z.uuid("This is not the id of an invitation."),
});
export type CancelInvitationInput = z.infer<typeof cancelInvitationInput>;

export const changeRoleInput = z.strictObject({ memberId, role: roleInput });
export type ChangeRoleInput = z.infer<typeof changeRoleInput>;

/** Keys that the person made, to end together with the membership. */
const revokeApiKeyIds = z
  .array(z.uuid("This is not the id of an API key."), "Give a list of the ids of API keys.")
  .max(100, "Revoke at most 100 keys at once.")
  .optional();

/** Which one, so that nobody leaves the organisation that another window has opened meanwhile. */
export const leaveTeamInput = z.strictObject({
  organizationId: z.uuid("This is not the id of an organisation."),
  revokeApiKeyIds,
});
export type LeaveTeamInput = z.infer<typeof leaveTeamInput>;

export const makeResetLinkInput = z.strictObject({ memberId });
export type MakeResetLinkInput = z.infer<typeof makeResetLinkInput>;

export const resetSecondFactorInput = z.strictObject({ memberId });
export type ResetSecondFactorInput = z.infer<typeof resetSecondFactorInput>;

export const removeMemberInput = z.strictObject({ memberId, revokeApiKeyIds });
export type RemoveMemberInput = z.infer<typeof removeMemberInput>;
