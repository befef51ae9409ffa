import type { Mail } from "./context.ts";

export interface InvitationMail {
  to: string;
  link: string;
  organization: string;
  inviter: string;
  expiresAt: Date;
}

export function invitationMail({ to, link, organization, inviter, expiresAt }: InvitationMail): Mail {
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
