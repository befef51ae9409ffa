import {
  type Attack,
  type AttackAim,
  attackAuth,
  attackProcedure,
  attackRest,
  escapeForUrl,
  incomingMessage,
  signedWebhook,
  validValues,
  WEBHOOK_FIELDS,
  WEBHOOK_PATH_UNDER_TEST,
} from "./attacks.ts";
import { HOSTILE_TEXTS, HOSTILE_VALUES } from "./hostile-values.ts";
import {
  type PlausibleCall,
  plausibleAuthCalls,
  plausibleProcedureCalls,
  plausibleRestCalls,
} from "./plausible-inputs.ts";

/** Requests that nobody sends in good faith, the same ones each time. */

/** Numbers that come in the same order each time. */
export function seededRandom(seed: number) {
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
type Dice = ReturnType<typeof seededRandom>;

/** All but what would let the sender's own session or connection end. */
const HARMLESS = plausibleProcedureCalls.filter(({ path }) => path !== "team.remove");

/** Each nasty value at each place that takes one. */
export function* fixedAttacks(aim: AttackAim): Generator<Attack> {
  let number = 0;
  function* eachField(offer: PlausibleCall): Generator<Record<string, unknown>> {
    for (const field of [...offer.required, ...offer.optional])
      for (const value of HOSTILE_VALUES)
        yield Object.fromEntries([...validValues(offer, offer.required, aim, number++), [field, value]]);
  }
  for (const procedure of HARMLESS) {
    for (const value of HOSTILE_VALUES) yield attackProcedure(procedure, value);
    for (const input of eachField(procedure)) yield attackProcedure(procedure, input);
  }
  for (const offer of plausibleAuthCalls)
    for (const input of eachField(offer)) yield attackAuth(offer, input);
  for (const offer of plausibleRestCalls)
    for (const input of eachField(offer)) yield attackRest(offer, input);
  for (const field of WEBHOOK_FIELDS)
    for (const text of HOSTILE_TEXTS) {
      yield signedWebhook(aim, { ...incomingMessage(aim, text.length), [field]: text });
      yield signedWebhook(aim, { ...incomingMessage(aim, text.length), [text || "empty"]: field });
    }
  for (const text of HOSTILE_TEXTS)
    for (const root of [
      "/",
      "/api/",
      "/api/trpc/",
      "/api/auth/",
      "/api/media/",
      "/join/",
      "/assets/",
      "/api/conversations/",
      "/api/audit/export?format=csv&search=",
    ])
      yield {
        route: "other",
        method: "GET",
        path: root + escapeForUrl(text).slice(0, 4_000),
        headers: {},
        as: "owner",
      };
}

/** One after the other, for ever, each made of what `seed` throws. */
export function* generatedAttacks(aim: AttackAim, seed: number): Generator<Attack, never> {
  const thrown = seededRandom(seed);
  for (let count = 0; ; count++)
    switch (thrown.below(8)) {
      case 0:
      case 1:
      case 2:
        yield badCall(aim, thrown, count);
        break;
      case 3:
      case 4:
        yield badWebhook(aim, thrown, count);
        break;
      case 5: {
        const offer = thrown.one(plausibleAuthCalls);
        yield spoiled(thrown, attackAuth(offer, badFields(aim, thrown, offer, count)));
        break;
      }
      case 6: {
        const offer = thrown.one(plausibleRestCalls);
        const attack = spoiled(thrown, attackRest(offer, badFields(aim, thrown, offer, count)));
        yield thrown.below(20) === 0 ? { ...attack, as: "key" } : attack;
        break;
      }
      default: {
        const attack: Attack = {
          route: "other",
          method: thrown.one(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]),
          path: `/${thrown.one(["", "api", "api/trpc", "api/auth", "api/media", "api/openapi.json", "assets", "healthz"])}/${escapeForUrl(badText(thrown)).slice(0, 2_000)}`,
          headers: badHeaders(thrown),
        };
        yield thrown.below(2) === 0 ? { ...attack, as: "owner" } : attack;
      }
    }
}

function badText(thrown: Dice): string {
  const text = thrown.one(HOSTILE_TEXTS);
  switch (thrown.below(5)) {
    case 0:
      return text;
    case 1:
      return text + thrown.one(HOSTILE_TEXTS);
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
      return thrown.one(HOSTILE_VALUES);
    case 4:
      return Array.from({ length: thrown.below(5) }, () => badValue(thrown, depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: thrown.below(5) }, () => [badText(thrown), badValue(thrown, depth - 1)]),
      );
  }
}

function badFields(
  aim: AttackAim,
  thrown: Dice,
  offer: PlausibleCall,
  number: number,
): Record<string, unknown> {
  const optional = offer.optional.filter(() => thrown.below(4) === 0);
  const fields = [...offer.required, ...offer.optional];
  const input = new Map(validValues(offer, [...offer.required, ...optional], aim, number));
  for (let changes = 1 + thrown.below(3); changes > 0; changes--) {
    const isOwn = thrown.below(5) > 0 && fields.length > 0;
    input.set(isOwn ? thrown.one(fields) : badText(thrown), badValue(thrown));
  }
  // Not by assignment: one of the names is __proto__.
  return Object.fromEntries(input);
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

function badCall(aim: AttackAim, thrown: Dice, number: number): Attack {
  const procedure = thrown.one(HARMLESS);
  const input = thrown.below(6) === 0 ? badValue(thrown) : badFields(aim, thrown, procedure, number);
  const attack = attackProcedure(procedure, input);
  if (thrown.below(10) === 0)
    attack.path = `/api/trpc/${Array.from({ length: 1 + thrown.below(14) }, () => thrown.one(HARMLESS).path).join()}?batch=1`;
  return {
    ...attack,
    method: thrown.below(20) === 0 ? thrown.one(["PUT", "DELETE", "PATCH", "POST"]) : attack.method,
    body: typeof attack.body === "string" ? damaged(thrown, attack.body) : attack.body,
    headers: thrown.below(10) === 0 ? badHeaders(thrown) : attack.headers,
  };
}

/** Some of them with another method, other headers, or a body that is none. */
function spoiled(thrown: Dice, attack: Attack): Attack {
  return {
    ...attack,
    method: thrown.below(8) === 0 ? thrown.one(["POST", "GET", "DELETE", "PUT"]) : attack.method,
    path: thrown.below(8) === 0 ? withParameter(thrown, attack.path) : attack.path,
    headers: thrown.below(8) === 0 ? badHeaders(thrown) : attack.headers,
    body: typeof attack.body === "string" ? damaged(thrown, attack.body) : attack.body,
  };
}

function withParameter(thrown: Dice, path: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}${escapeForUrl(badText(thrown)).slice(0, 2_000)}=1`;
}

function badWebhook(aim: AttackAim, thrown: Dice, count: number): Attack {
  const params = incomingMessage(aim, count);
  for (let changes = 1 + thrown.below(4); changes > 0; changes--)
    params[thrown.below(4) === 0 ? badText(thrown) || "empty" : thrown.one(WEBHOOK_FIELDS)] = badText(thrown);
  const attack = signedWebhook(aim, params);
  if (thrown.below(4) > 0) return attack;
  return {
    ...attack,
    path: thrown.one([
      WEBHOOK_PATH_UNDER_TEST,
      `${WEBHOOK_PATH_UNDER_TEST}/status/x`,
      `${WEBHOOK_PATH_UNDER_TEST}/`,
      `${WEBHOOK_PATH_UNDER_TEST}?a=${escapeForUrl(badText(thrown)).slice(0, 500)}`,
    ]),
    headers: thrown.below(3) === 0 ? badHeaders(thrown) : attack.headers,
    body: damaged(thrown, String(attack.body)),
  };
}
