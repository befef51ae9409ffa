import type { MemberRole } from "../../trpc.ts";

interface RoleDescription {
  role: MemberRole;
  label: string;
  /** What a member of the team with this role can do. */
  person: string;
  /** What an API key with this role can do: REST offers less than the console. */
  apiKey: string;
}

/** Every screen that explains a role reads it here. Lowest role first. */
export const roleDescriptions: RoleDescription[] = [
  {
    role: "member",
    label: "Member",
    person: "Reads and answers conversations, writes notes, and sees connections and webhooks.",
    apiKey: "Reads and answers conversations, and sees connections and webhooks.",
  },
  {
    role: "admin",
    label: "Admin",
    person:
      "All of that. Also connects senders, edits canned replies, manages API keys and the team, and reads the audit log. Cannot change owners.",
    apiKey: "All of that. Also connects, checks and disconnects senders, and reads the audit log.",
  },
  {
    role: "owner",
    label: "Owner",
    person:
      "Everything. Only owners change other owners, help members who cannot sign in, and require two-step sign-in.",
    apiKey: "The same as an admin today. Also gets what later versions reserve for owners.",
  },
];
