import { type Mutation, sourceEdit } from "./mutation.ts";

const appTest = "apps/server/src/http/app.test.ts";
const credentials = "packages/core/src/credentials.ts";

export const contentMutations: Mutation[] = [
  {
    claim: "I1",
    change: "a statement is put together from text",
    edits: [
      sourceEdit(
        "packages/whatsapp/src/canned-replies/list-canned-replies.ts",
        "  return ctx.db\n",
        '  await ctx.query("select " + ctx.organizationId, []);\n  return ctx.db\n',
      ),
    ],
    test: "scripts/rules/sql-boundaries.test.ts",
    title: "nothing builds SQL from text",
  },
  {
    claim: "I3",
    change: "every file is shown in place",
    edits: [
      sourceEdit(
        "apps/server/src/routes/media-route.ts",
        'isSafeInline(file.type) ? "inline" : "attachment"',
        '"inline" as const',
      ),
    ],
    test: "apps/server/src/routes/media-route.test.ts",
    title: "whatever could be active is a download of no type",
  },
  {
    claim: "I4",
    change: "a cell begins as it came",
    edits: [sourceEdit("packages/identity/src/audit/csv.ts", "FORMULA.test(cell) ?", "false ?")],
    test: "packages/identity/src/audit/audit.test.ts",
    title: "a cell never becomes a formula, and never breaks out of its quotes",
  },
  {
    claim: "I5",
    change: "the logger redacts nothing",
    edits: [
      sourceEdit(
        "apps/server/src/lifecycle/logger.ts",
        "paths: SECRETS.flatMap(",
        "paths: SECRETS.slice(0, 0).flatMap(",
      ),
    ],
    test: "apps/server/src/lifecycle/logger.test.ts",
    title: "fields that hold secrets are redacted, wherever they are, and a line break makes no second entry",
  },
  {
    claim: "I6, I7",
    change: "an unexpected error answers with its own message",
    edits: [
      sourceEdit(
        "packages/api/src/trpc.ts",
        "      return { ...shape, message, data: { ...base, ...unknown } };",
        "      return { ...shape, message: message && error.message, data: { ...base, ...unknown } };",
      ),
    ],
    test: appTest,
    title: "what breaks inside stays inside: the answer is one neutral sentence, the log has the rest",
  },
  {
    claim: "I8",
    change: "the console's code names a secret",
    edits: [
      sourceEdit(
        "apps/admin/src/components/account/use-sign-out.ts",
        "    forgetDrafts();\n",
        '    forgetDrafts();\n    console.info("ENCRYPTION_KEYS");\n',
      ),
    ],
    test: "e2e/bundle.spec.ts",
    title: "what is served tells no secrets",
  },
  {
    claim: "I9",
    change: "a seal is not bound to its place",
    edits: [
      sourceEdit(credentials, "  cipher.setAAD(additionalData(place));\n", ""),
      sourceEdit(credentials, "    decipher.setAAD(additionalData(place));\n", ""),
    ],
    test: "packages/core/src/credentials.test.ts",
    title: "does not open in another organisation, connection or field",
  },
  {
    claim: "I10",
    change: "rotation leaves the seals of the old key",
    edits: [
      sourceEdit(
        "packages/whatsapp/src/sealing-keys/rewrap-values.ts",
        "if (sealKeyIdOf(one.sealed) !== current && ",
        "if (false && ",
      ),
    ],
    test: "apps/server/src/commands/keys.test.ts",
    title: "keys rotate without losing a credential",
  },
  {
    claim: "I11",
    change: "responses of the API may be cached",
    edits: [sourceEdit("apps/server/src/http/app.ts", '    res.set("Cache-Control", "no-store");\n', "")],
    test: appTest,
    title: "every kind of answer carries the same protection",
  },
  {
    claim: "I12",
    change: "one more package may run a program when it is installed",
    edits: [
      sourceEdit("pnpm-workspace.yaml", "onlyBuiltDependencies:\n", "onlyBuiltDependencies:\n  - sharp\n"),
    ],
    test: "scripts/rules/dependencies.test.ts",
    title: "what runs a program when it is installed is chosen one by one",
  },
  {
    claim: "mail",
    change: "the address is read as a list",
    edits: [sourceEdit("apps/server/src/lifecycle/smtp-mailer.ts", 'to: { name: "", address: to }', "to")],
    test: "apps/server/src/lifecycle/smtp-mailer.test.ts",
    title: "an address is one reader, however it is written",
  },
  {
    claim: "I13",
    change: "the tenant role may change the audit log",
    edits: [
      sourceEdit(
        "packages/db/src/row-level-security.ts",
        'audit_log: ["select", "insert"],',
        'audit_log: ["select", "insert", "update", "delete"],',
      ),
    ],
    test: "packages/whatsapp/src/row-level-security.test.ts",
    title: "the audit log is written and read, and nothing else",
  },
  {
    claim: "I14",
    change: "a redirect gets the credentials of the first host",
    edits: [sourceEdit("packages/whatsapp/src/media/download.ts", "      headers = {};\n", "")],
    test: "packages/whatsapp/src/media/download.test.ts",
    title: "the host that a redirect leads to gets the question and never the credentials",
  },
];
