import { type Mutation, sourceEdit } from "./mutation.ts";

const route = "apps/server/src/routes/webhook-route.ts";
const routeTest = "apps/server/src/routes/webhook-route.test.ts";
const statement = "packages/whatsapp/src/webhooks/ingest-statement.ts";
const ingestTest = "packages/whatsapp/src/webhooks/ingest.test.ts";
const signature = "packages/whatsapp/src/webhooks/signature/signature.ts";
const signatureTest = "packages/whatsapp/src/webhooks/signature/signature.test.ts";
const foreign = {
  test: "packages/whatsapp/src/inbox/foreign-callbacks.test.ts",
  title: "a status callback that another organisation signed changes no message of ours",
};

export const webhookMutations: Mutation[] = [
  {
    claim: "W1",
    change: "a rejected signature is stored all the same",
    edits: [sourceEdit(route, 'if (verification.state === "rejected") {', "if (false) {")],
    test: routeTest,
    title: "a missing or wrong signature: 401, nothing stored but a record",
  },
  {
    claim: "W1b",
    change: "the header selects the hash instead of the stored key",
    edits: [
      sourceEdit(
        "packages/whatsapp/src/webhooks/signature/verify-signature.ts",
        "pairs, key.algorithm) === 0",
        "pairs, (algorithm ?? key.algorithm) as typeof key.algorithm) === 0",
      ),
    ],
    test: "apps/server/src/routes/shared-key-webhooks.test.ts",
    title: "the header never chooses the hash: the stored algorithm does",
  },
  {
    claim: "W2",
    change: "X-Forwarded-Host replaces PUBLIC_URL",
    edits: [
      sourceEdit(
        route,
        "url: platform.publicUrl + req",
        'url: (req.get("x-forwarded-host") ? "https://" + req.get("x-forwarded-host") : platform.publicUrl) + req',
      ),
    ],
    test: routeTest,
    title: "comes from configuration: no Host or forwarding header changes the answer",
  },
  {
    claim: "W3",
    change: "an empty token is tried like any other",
    edits: [sourceEdit(signature, '(secret) => secret !== "" && ', "(secret) => ")],
    test: signatureTest,
    title: "an empty token never accepts, though the SDK would",
  },
  {
    claim: "W4",
    change: "a repeat is stored although its key is there",
    edits: [
      sourceEdit(
        statement,
        "select x.* from input x join keyed k",
        "select x.* from input x left join keyed k",
      ),
    ],
    test: routeTest,
    title: "every repeat is answered 200 and stored once, together and apart",
  },
  {
    claim: "W5",
    change: "of two values of a parameter that names the event, the first counts",
    edits: [
      sourceEdit(
        "packages/whatsapp/src/webhooks/parse-webhook.ts",
        "else if (earlier !== value && IDENTITY.includes(name)) return null;",
        "",
      ),
    ],
    test: "packages/whatsapp/src/webhooks/parse-webhook.test.ts",
    title: "with two values, what names the event is refused",
  },
  {
    claim: "W6",
    change: "a callback finds a message by its SID under any connection, in the short statement",
    edits: [
      sourceEdit(
        statement,
        "where m.sid = s.sid and m.connection_no = s.connection_no and not m.is_incoming",
        "where m.sid = s.sid and not m.is_incoming",
      ),
    ],
    ...foreign,
  },
  {
    claim: "W6",
    change: "the same in the long statement",
    edits: [
      sourceEdit(
        statement,
        "join messages m on m.sid = c.sid and m.connection_no = c.connection_no\n    union all",
        "join messages m on m.sid = c.sid\n    union all",
      ),
    ],
    ...foreign,
  },
  {
    claim: "W6",
    change: "a callback's path finds a message of any connection",
    edits: [
      sourceEdit(
        statement,
        "m.id = o.message_id and m.connection_no = c.connection_no and m.sid is null",
        "m.id = o.message_id and m.sid is null",
      ),
    ],
    ...foreign,
  },
  {
    claim: "W7",
    change: "a key is the same for all connections",
    edits: [
      sourceEdit(
        statement,
        "select sid, step, word, connection_no, id from input where i not in",
        "select sid, step, word, (select min(no) from twilio_whatsapp_connections), id from input where i not in",
      ),
      sourceEdit(
        statement,
        "select sid, step, word, connection_no, id from numbered",
        "select sid, step, word, (select min(no) from twilio_whatsapp_connections), id from numbered",
      ),
    ],
    test: routeTest,
    title: "a message key that B has stored is not A's duplicate",
  },
  {
    claim: "W8",
    change: "any content type is read as a form",
    edits: [sourceEdit(route, "if (isForm(type)) {", "if (true) {")],
    test: routeTest,
    title: ": 415",
  },
  {
    claim: "W9",
    change: "the route takes PUT",
    edits: [
      sourceEdit(
        route,
        "router.all(WEBHOOK_PATH, misdirected, allowMethods",
        "router.put(WEBHOOK_PATH, receive);\n  router.all(WEBHOOK_PATH, misdirected, allowMethods",
      ),
    ],
    test: routeTest,
    title: "other methods and paths",
  },
  {
    claim: "W10",
    change: "a sender that is not connected answers 404",
    edits: [
      sourceEdit(
        route,
        "if (receivers.length === 0) return answer",
        "if (receivers.length === 0 || !chosen) return answer",
      ),
    ],
    test: routeTest,
    title: "nobody finds out which senders an account has",
  },
  {
    claim: "W11",
    change: "signatures are compared with ===",
    edits: [
      sourceEdit(
        signature,
        "timingSafeEqual(digest(secret, form + parameters, algorithm), given)",
        'digest(secret, form + parameters, algorithm).toString("latin1") === given.toString("latin1")',
      ),
    ],
    test: "scripts/rules/security-docs.test.ts",
    title: "secrets are compared in constant time",
  },
  {
    claim: "W12",
    change: "only the current token is read",
    edits: [
      sourceEdit(
        "packages/whatsapp/src/webhooks/connection-cache.ts",
        'openToken(keyring, { ...place, field: "auth_token_next" }, row.authTokenNextSealed),',
        "",
      ),
    ],
    test: routeTest,
    title: "both token slots verify",
  },
  {
    claim: "W13",
    change: "a disconnect overwrites the webhook URL of another system",
    edits: [
      sourceEdit(
        "packages/whatsapp/src/connections/disconnect.ts",
        "const messages = isOurWebhookUrl(publicUrl, now.callbackUrl);",
        "const messages = true;",
      ),
    ],
    test: "packages/whatsapp/src/connections/connections.test.ts",
    title: "leaves settings alone that are no longer ours when it ends",
  },
  {
    claim: "W14",
    change: "a late status replaces a higher one",
    edits: [sourceEdit(statement, " and not m.is_incoming and m.status < s.step", " and not m.is_incoming")],
    test: ingestTest,
    title: "every order of six statuses ends the same, one by one and in batches",
  },
  {
    claim: "D1, D2",
    change: "a body that grows past its limit is read on",
    edits: [
      sourceEdit(
        "apps/server/src/http/read-body.ts",
        "if (size <= limit) return void",
        "if (size > 0) return void",
      ),
    ],
    test: "apps/server/src/http/endless-bodies.test.ts",
    title: "a body without end",
  },
  {
    claim: "D3",
    change: "the form parser leaves plus signs as they are",
    edits: [
      sourceEdit(
        "packages/whatsapp/src/webhooks/form-body.ts",
        'text.includes("+") ? text.replaceAll("+", " ") : text',
        "text",
      ),
    ],
    test: "packages/whatsapp/src/webhooks/form-body.test.ts",
    title: "is read as URLSearchParams reads it, well encoded or not",
  },
  {
    claim: "D5",
    change: "Node's lenient HTTP parser is switched on",
    edits: [
      sourceEdit(
        "apps/server/src/http/http-server.ts",
        "headersTimeout: 10_000,",
        "headersTimeout: 10_000,\n    insecureHTTPParser: true,",
      ),
    ],
    test: "apps/server/src/http/smuggling.test.ts",
    title: "one request is taken for one, and nothing from inside it",
  },
  {
    claim: "D6",
    change: "text goes to the database as it came",
    edits: [
      sourceEdit(
        "packages/core/src/text.ts",
        'return text.replaceAll("\\u0000", "\\uFFFD").toWellFormed();',
        "return text;",
      ),
    ],
    test: routeTest,
    title: "NUL, broken UTF-8, lone surrogates and raw bytes survive as they came",
  },
  {
    claim: "D7",
    change: "an address of any length signs a message",
    edits: [
      sourceEdit(
        "packages/whatsapp/src/webhooks/parse-webhook.ts",
        "text !== undefined && text.length <= MAX_ADDRESS",
        "text !== undefined",
      ),
    ],
    test: routeTest,
    title: "no parameter is too long for an index",
  },
  {
    claim: "D8",
    change: "a repeat in another server's batch is stored although its key is there",
    edits: [
      sourceEdit(
        statement,
        "select x.* from input x join keyed k",
        "select x.* from input x left join keyed k",
      ),
      sourceEdit(
        statement,
        "select n.* from numbered n join keyed k",
        "select n.* from numbered n left join keyed k",
      ),
    ],
    test: ingestTest,
    title: "a storm of repeats over two ingests stores each once",
  },
  {
    claim: "D9",
    change: "a batch is filled from the first connection that waits",
    edits: [
      sourceEdit(
        "packages/whatsapp/src/webhooks/fair-queue.ts",
        "const share = Math.max(1, Math.floor((count - taken.length) / turns.length));",
        "const share = count;",
      ),
    ],
    test: "packages/whatsapp/src/webhooks/fair-queue.test.ts",
    title: "who has little waiting is served with the next batch, however much somebody else has",
  },
  {
    claim: "D10",
    change: "a request may hold a thousand calls",
    edits: [sourceEdit("apps/server/src/http/app.ts", "const MAX_BATCH = 10;", "const MAX_BATCH = 1_000;")],
    test: "apps/server/src/http/app.test.ts",
    title: "too much at once is refused",
  },
  {
    claim: "D11",
    change: "a pattern with nested repetition",
    edits: [
      sourceEdit(
        "packages/core/src/text.ts",
        "const DIRECTION_OVERRIDES = /[\\u202A-\\u202E]/g;",
        "const DIRECTION_OVERRIDES = /([\\u202A-\\u202E]+)+$/g;",
      ),
    ],
    test: "scripts/rules/regexes.test.ts",
    title: "no text from outside makes a regular expression slow",
  },
  {
    claim: "D12",
    change: "a session may have any number of streams",
    edits: [
      sourceEdit(
        "apps/server/src/http/stream-limits.ts",
        "ofSession.length >= perSession ? ofSession[0]",
        "false ? ofSession[0]",
      ),
    ],
    test: "apps/server/src/http/stream-limits.test.ts",
    title: "the ninth stream of a session closes its oldest one, and no other session's",
  },
];
