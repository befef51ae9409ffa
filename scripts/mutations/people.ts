import { edit, inServer, inWhatsApp, type Mutation } from "./mutation.ts";

const authTest = inServer("auth.test.ts");
const appTest = inServer("app.test.ts");

export const peopleMutations: Mutation[] = [
  {
    claim: "A1, A2, A3",
    change: "every role may call every procedure",
    edits: [edit("packages/api/src/trpc.ts", "if (!roles.includes(viewer.role))", "if (false)")],
    test: inServer("roles.test.ts"),
    title: "passes their doors and no others",
  },
  {
    claim: "A1, A2, A3",
    change: "a migration adds a table that nobody thought of",
    edits: [
      edit(
        "packages/db/src/migrations/0020_opt_out_index.sql",
        'DROP INDEX "messages_asks";',
        'CREATE TABLE "unlisted" ("id" bigint);--> statement-breakpoint\nDROP INDEX "messages_asks";',
      ),
    ],
    test: inWhatsApp("row-level-security.test.ts"),
    title: "every table is behind the wall or out of reach",
  },
  {
    claim: "A4",
    change: "an invitation that was used or taken back still works",
    edits: [edit(inWhatsApp("team/invitation.ts"), '    eq(invitations.status, "pending"),\n', "")],
    test: inServer("people.test.ts"),
    title: "used, taken back, run out, replaced and made up: one answer",
  },
  {
    claim: "claim",
    change: "an owner resets the password of an account that belongs elsewhere too",
    edits: [
      edit(
        inWhatsApp("team/require-sole-owner.ts"),
        "if (theirs.length === 0 || theirs.some(({ isOwned }) => !isOwned))",
        "if (theirs.length === 0)",
      ),
    ],
    test: inServer("accounts.test.ts"),
    title: "no link of another owner changes a password or a second step, made before or after",
  },
  {
    claim: "A5",
    change: "one input ignores fields that it does not know",
    edits: [
      edit(
        inWhatsApp("replies/inputs.ts"),
        "export const replyInput = z.strictObject({ replyId });",
        "export const replyInput = z.object({ replyId });",
      ),
    ],
    test: inServer("roles.test.ts"),
    title: "nothing takes more than it asks for",
  },
  {
    claim: "A6",
    change: "the first role that is read is kept",
    edits: [
      edit(
        inServer("viewer.ts"),
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
    edits: [edit(inWhatsApp("team/lock.ts"), '\n    .for("no key update");', ";")],
    test: inWhatsApp("team/last-owner.test.ts"),
    title: "two owners who demote themselves and each other leave one owner",
  },
  {
    claim: "U1",
    change: "the origin of a request is not looked at",
    edits: [edit(inServer("csrf-guard.ts"), "if (!isOurs)\n", "if (false)\n")],
    test: appTest,
    title: "only JSON from our own pages changes anything",
  },
  {
    claim: "U2",
    change: "attempts are counted and never refused",
    edits: [edit(inWhatsApp("rate-limit.ts"), "allowed: count <= limit,", "allowed: true,")],
    test: authTest,
    title:
      "ten wrong ones close an account for a while, wherever they come from, and the answer tells nothing",
  },
  {
    claim: "steps",
    change: "a code works again in its 30 seconds",
    edits: [
      edit(
        inWhatsApp("second-factor/take-code.ts"),
        ".where(and(isTheirs, lt(secondFactors.lastStep, step)))",
        ".where(isTheirs)",
      ),
    ],
    test: inServer("second-factor.test.ts"),
    title: "a code works once: by itself, for the same moment, and in parallel",
  },
  {
    claim: "U3",
    change: "no link is made for an address without an account",
    edits: [
      edit(
        inWhatsApp("password/request-reset.ts"),
        "  const { link, expiresAt } = await newResetLink",
        "  if (credentials.length === 0) return {};\n  const { link, expiresAt } = await newResetLink",
      ),
    ],
    test: inServer("password.test.ts"),
    title: "a known and an unknown address get the same answer for the same work",
  },
  {
    claim: "U4",
    change: "a session lasts seven days without a request",
    edits: [edit(inServer("auth-engine.ts"), "Date.now() + HOURS_12 * 1000", "Date.now() + DAYS_7 * 1000")],
    test: authTest,
    title: "a session lasts 12 hours without a request, moves on with use, and never past 7 days",
  },
  {
    claim: "seen",
    change: "each sign-in is an entry of the audit log",
    edits: [
      edit(
        inWhatsApp("audit/record-sign-in.ts"),
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
      edit("apps/admin/src/components/use-sign-out.ts", "    forgetDrafts();\n", "    void forgetDrafts;\n"),
    ],
    test: "e2e/sign-out.spec.ts",
    title: "who signs out leaves nothing in the browser for the next one",
  },
  {
    claim: "U5",
    change: "signing in answers with a target to go to",
    edits: [
      edit(
        inServer("password-sign-in.ts"),
        "body: z.object({ email: z.string(), password: z.string() }),",
        "body: z.looseObject({ email: z.string(), password: z.string() }),",
      ),
      edit(
        inServer("password-sign-in.ts"),
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
    edits: [edit(inServer("app.ts"), 'xFrameOptions: { action: "deny" },', "xFrameOptions: false,")],
    test: appTest,
    title: "every kind of answer carries the same protection",
  },
  {
    claim: "U7",
    change: "any setup token is right",
    edits: [
      edit(
        inWhatsApp("setup/create-owner.ts"),
        "if (!stored || !timingSafeEqual(digest(given), digest(stored)))",
        "if (!stored)",
      ),
    ],
    test: inServer("people.test.ts"),
    title: "without the token nothing is made",
  },
  {
    claim: "gone",
    change: "the keys that were chosen go on working",
    edits: [edit(inWhatsApp("team/remove.ts"), "keyIds: input.revokeApiKeyIds ?? [],", "keyIds: [],")],
    test: inServer("member-keys.test.ts"),
    title: "those that are named end with the membership, and only their own can be named",
  },
  {
    claim: "local",
    change: "an open data folder stays open",
    edits: [edit(inServer("data-dir.ts"), "    fchmodSync(file, found.mode & 0o700);\n", "")],
    test: inServer("data-dir.test.ts"),
    title: "an open data folder is closed, with all that is in it",
  },
  {
    claim: "keys",
    change: "an admin makes a key with an owner's role",
    edits: [
      edit(
        inWhatsApp("api-keys/make-key.ts"),
        'if (input.role === "owner") requireOwner(',
        "if (false) requireOwner(",
      ),
    ],
    test: inServer("rest-route.test.ts"),
    title: "nobody makes a key that may do more than they themselves",
  },
];
