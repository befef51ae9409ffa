import { type Mutation, sourceEdit } from "./mutation.ts";

const authTest = "apps/server/src/auth/auth.test.ts";
const appTest = "apps/server/src/http/app.test.ts";

export const peopleMutations: Mutation[] = [
  {
    claim: "A1, A2, A3",
    change: "every role may call every procedure",
    edits: [sourceEdit("packages/api/src/trpc.ts", "if (!roles.includes(viewer.role))", "if (false)")],
    test: "apps/server/src/http/roles.test.ts",
    title: "passes their doors and no others",
  },
  {
    claim: "A1, A2, A3",
    change: "a migration adds a table that nobody thought of",
    edits: [
      sourceEdit(
        "packages/db/src/migrations/0020_opt_out_index.sql",
        'DROP INDEX "messages_asks";',
        'CREATE TABLE "unlisted" ("id" bigint);--> statement-breakpoint\nDROP INDEX "messages_asks";',
      ),
    ],
    test: "packages/whatsapp/src/row-level-security.test.ts",
    title: "every table is behind the wall or out of reach",
  },
  {
    claim: "A4",
    change: "an invitation that was used or taken back still works",
    edits: [
      sourceEdit(
        "packages/identity/src/invitations/get-invitation.ts",
        '    eq(invitations.status, "pending"),\n',
        "",
      ),
    ],
    test: "apps/server/src/auth/users.test.ts",
    title: "used, taken back, run out, replaced and made up: one answer",
  },
  {
    claim: "claim",
    change: "an owner resets the password of an account that belongs elsewhere too",
    edits: [
      sourceEdit(
        "packages/identity/src/team/require-sole-owner.ts",
        "if (theirs.length === 0 || theirs.some(({ isOwned }) => !isOwned))",
        "if (theirs.length === 0)",
      ),
    ],
    test: "apps/server/src/auth/accounts.test.ts",
    title: "no link of another owner changes a password or a second step, made before or after",
  },
  {
    claim: "A5",
    change: "one input ignores fields that it does not know",
    edits: [
      sourceEdit(
        "packages/whatsapp/src/canned-replies/inputs.ts",
        "export const cannedReplyInput = z.strictObject({ replyId });",
        "export const cannedReplyInput = z.object({ replyId });",
      ),
    ],
    test: "apps/server/src/http/roles.test.ts",
    title: "nothing takes more than it asks for",
  },
  {
    claim: "A6",
    change: "the first role that is read is kept",
    edits: [
      sourceEdit(
        "apps/server/src/auth/viewer.ts",
        "role: lacks ? null : (acting?.role ?? null),",
        "role: ((globalThis as { kept?: null }).kept ??= (acting?.role ?? null) as null),",
      ),
    ],
    test: authTest,
    title: "a role counts from the next request on",
  },
  {
    claim: "A7",
    change: "changes of a team do not wait for each other",
    edits: [sourceEdit("packages/identity/src/team/lock-team.ts", '\n    .for("no key update");', ";")],
    test: "packages/identity/src/team/last-owner.test.ts",
    title: "two owners who demote themselves and each other leave one owner",
  },
  {
    claim: "U1",
    change: "the origin of a request is not looked at",
    edits: [sourceEdit("apps/server/src/http/csrf-guard.ts", "if (!isOurs)\n", "if (false)\n")],
    test: appTest,
    title: "only JSON from our own pages changes anything",
  },
  {
    claim: "U2",
    change: "attempts are counted and never refused",
    edits: [sourceEdit("packages/identity/src/rate-limit.ts", "allowed: count <= limit,", "allowed: true,")],
    test: authTest,
    title:
      "ten wrong ones close an account for a while, wherever they come from, and the answer tells nothing",
  },
  {
    claim: "steps",
    change: "a code works again in its 30 seconds",
    edits: [
      sourceEdit(
        "packages/identity/src/second-factor/verify-code.ts",
        ".where(and(isTheirs, lt(secondFactors.lastStep, step)))",
        ".where(isTheirs)",
      ),
    ],
    test: "apps/server/src/auth/second-factor.test.ts",
    title: "a code works once: by itself, for the same moment, and in parallel",
  },
  {
    claim: "U3",
    change: "no link is made for an address without an account",
    edits: [
      sourceEdit(
        "packages/identity/src/password/request-reset.ts",
        "  const { link, expiresAt } = await createResetLink",
        `  if (credentials.length === 0) return {};
  const { link, expiresAt } = await createResetLink`,
      ),
    ],
    test: "apps/server/src/auth/password.test.ts",
    title: "a known and an unknown address get the same answer for the same work",
  },
  {
    claim: "U4",
    change: "a session lasts seven days without a request",
    edits: [
      sourceEdit(
        "apps/server/src/auth/better-auth.ts",
        "Date.now() + SESSION_IDLE_SECONDS * 1000",
        "Date.now() + SESSION_SECONDS * 1000",
      ),
    ],
    test: authTest,
    title: "a session lasts 12 hours without a request, moves on with use, and never past 7 days",
  },
  {
    claim: "seen",
    change: "each sign-in is an entry of the audit log",
    edits: [
      sourceEdit(
        "packages/identity/src/audit/record-sign-in.ts",
        '"sign_in.succeeded": { limit: 20, seconds: 60 * 60 },',
        '"sign_in.succeeded": { limit: 1_000, seconds: 60 * 60 },',
      ),
    ],
    test: authTest,
    title: "nobody fills the log by coming and going",
  },
  {
    claim: "shared",
    change: "signing out leaves the drafts in the browser",
    edits: [
      sourceEdit(
        "apps/admin/src/components/account/use-sign-out.ts",
        "    forgetDrafts();\n",
        "    void forgetDrafts;\n",
      ),
    ],
    test: "e2e/sign-out.spec.ts",
    title: "who signs out leaves nothing in the browser for the next one",
  },
  {
    claim: "U5",
    change: "signing in answers with a target to go to",
    edits: [
      sourceEdit(
        "apps/server/src/auth/password-sign-in.ts",
        "body: z.object({ email: z.string(), password: z.string() }),",
        "body: z.looseObject({ email: z.string(), password: z.string() }),",
      ),
      sourceEdit(
        "apps/server/src/auth/password-sign-in.ts",
        "return ctx.json({ redirect: false,",
        "return ctx.json({ redirect: true as false, url: ctx.body.callbackURL,",
      ),
    ],
    test: authTest,
    title: "a target to redirect to is ignored",
  },
  {
    claim: "U6",
    change: "X-Frame-Options is not sent",
    edits: [
      sourceEdit(
        "apps/server/src/http/app.ts",
        'xFrameOptions: { action: "deny" },',
        "xFrameOptions: false,",
      ),
    ],
    test: appTest,
    title: "every kind of answer carries the same protection",
  },
  {
    claim: "U7",
    change: "any setup token is right",
    edits: [
      sourceEdit(
        "packages/identity/src/setup/create-owner.ts",
        "if (!stored || !timingSafeEqual(digest(given), digest(stored)))",
        "if (!stored)",
      ),
    ],
    test: "apps/server/src/auth/users.test.ts",
    title: "without the token nothing is made",
  },
  {
    claim: "gone",
    change: "the keys that were chosen go on working",
    edits: [
      sourceEdit(
        "packages/identity/src/team/remove.ts",
        "keyIds: input.revokeApiKeyIds ?? [],",
        "keyIds: [],",
      ),
    ],
    test: "apps/server/src/auth/member-keys.test.ts",
    title: "those that are named end with the membership, and only their own can be named",
  },
  {
    claim: "local",
    change: "an open data folder stays open",
    edits: [
      sourceEdit("apps/server/src/lifecycle/data-dir.ts", "    fchmodSync(file, found.mode & 0o700);\n", ""),
    ],
    test: "apps/server/src/lifecycle/data-dir.test.ts",
    title: "an open data folder is closed, with all that is in it",
  },
  {
    claim: "keys",
    change: "an admin makes a key with an owner's role",
    edits: [
      sourceEdit(
        "packages/identity/src/api-keys/create-key.ts",
        'if (input.role === "owner") requireOwner(',
        "if (false) requireOwner(",
      ),
    ],
    test: "apps/server/src/routes/rest-route.test.ts",
    title: "nobody makes a key that may do more than they themselves",
  },
];
