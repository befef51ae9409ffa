import type { OutgoingMail } from "@waystation/core/context";

interface InvitationMail {
  to: string;
  link: string;
  organization: string;
  inviter: string;
  expiresAt: Date;
}

export function invitationMail({ to, link, organization, inviter, expiresAt }: InvitationMail): OutgoingMail {
  return {
    to,
    subject: `${inviter} invites you to ${organization} on Waystation`,
    text: `Hello,

${inviter} invites you to the team of ${organization} on Waystation, their WhatsApp desk.

Open this link to join. It works once, until ${expiresAt.toUTCString()}:

${link}

If you did not expect this, ignore it: nothing happens unless you open the link.
`,
  };
}

interface PasswordResetMail {
  to: string;
  link: string;
  expiresAt: Date;
}

export function passwordResetMail({ to, link, expiresAt }: PasswordResetMail): OutgoingMail {
  return {
    to,
    subject: "A new password for Waystation",
    // Without a name: who made an account for this address may not be who reads its mail.
    text: `Hello,

somebody asked for a new password for your Waystation account. If that was you, open this link and choose one. It works
once, until ${expiresAt.toUTCString()}:

${link}

If it was not you, ignore this mail: your password stays as it is.
`,
  };
}

interface PasswordChangedMail {
  to: string;
  publicUrl: string;
}

export function passwordChangedMail({ to, publicUrl }: PasswordChangedMail): OutgoingMail {
  return {
    to,
    subject: "Your Waystation password was changed",
    text: `Hello,

the password of your Waystation account was changed, and every device was signed out. Sign in with the new one:

${publicUrl}/sign-in

If it was not you, choose a new password there at once, and tell an owner of your organisation.
`,
  };
}
