import { restEndpoints } from "@waystation/api/rest/openapi";
import { appRouter } from "@waystation/api/root";
import { z } from "zod";
import { SECOND_STEP } from "../auth/second-step.ts";

/** What a server has that a request can name. */
export interface KnownIds {
  connectionId: string;
  conversationId: string;
  messageId: string;
  accountSid: string;
  authToken: string;
  sender: string;
}

/** Something that takes an input: each of its fields, and whether it can be left out. */
export interface PlausibleCall {
  path: string;
  method: string;
  required: string[];
  optional: string[];
}

export const plausibleProcedureCalls: (PlausibleCall & { input: z.ZodType | undefined })[] = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { type: string; inputs: z.ZodType[] } }>,
).map(([path, { _def }]) => {
  const [input] = _def.inputs;
  const object = input instanceof z.ZodOptional ? input.unwrap() : input;
  const fields = object instanceof z.ZodObject ? Object.entries<z.ZodType>(object.shape) : [];
  const names = (isOptional: boolean) =>
    fields.filter(([, schema]) => schema.safeParse(undefined).success === isOptional).map(([name]) => name);
  return {
    path,
    method: _def.type === "mutation" ? "POST" : "GET",
    required: names(false),
    optional: names(true),
    input,
  };
});

/** Fields without a place in path or query stand in the body. */
export interface PlausibleRestCall extends PlausibleCall {
  inPath: string[];
  inQuery: string[];
}

export const plausibleRestCalls: PlausibleRestCall[] = restEndpoints.map((endpoint) => {
  const fields = [...endpoint.inPath, ...endpoint.inQuery, ...endpoint.inBody];
  const names = (isRequired: boolean) =>
    fields.filter((field) => field.isRequired === isRequired).map(({ name }) => name);
  return {
    path: endpoint.path,
    method: endpoint.method,
    required: names(true),
    optional: names(false),
    inPath: endpoint.inPath.map(({ name }) => name),
    inQuery: endpoint.inQuery.map(({ name }) => name),
  };
});

const UNREAD = ["callbackURL", "token"];

/** What better-auth has, and some of what it would have. */
export const plausibleAuthCalls: PlausibleCall[] = [
  ["POST", "/sign-in/email", ["email", "password"], ["rememberMe", "callbackURL"]],
  ["POST", SECOND_STEP, ["code"], UNREAD],
  ["POST", "/sign-out", [], UNREAD],
  ["POST", "/change-password", ["currentPassword", "newPassword"], ["revokeOtherSessions"]],
  ["GET", "/list-sessions", [], UNREAD],
  ["POST", "/revoke-session", ["token"], []],
  ["POST", "/revoke-other-sessions", [], UNREAD],
  ["GET", "/get-session", [], ["disableCookieCache", "disableRefresh"]],
  ["POST", "/sign-up/email", ["email", "password"], UNREAD],
  ["GET", "/error", [], ["error"]],
  ["GET", "/callback/x", [], ["code", "state"]],
  ["GET", "/reset-password/x", [], UNREAD],
].map(([method, path, required, optional]) => ({ method, path, required, optional }) as PlausibleCall);

/** Nothing here has this id. */
export const UNKNOWN_ID = "01a20879-6726-743d-830a-18a0d31b3a8a";

/** What passes this field's schema. The number makes it another one where each has to be. */
export function plausibleInputs(field: string, known: KnownIds, number: number): unknown {
  const values: Record<string, unknown> = {
    ...known,
    mode: "test",
    role: "member",
    limit: 10,
    body: "Hello",
    shortcut: "hello",
    name: "Olga",
    organization: "Acme",
    displayName: "Acme",
    email: `somebody-${number}@example.org`,
    password: "a password nobody guesses",
    currentPassword: "not her password at all",
    newPassword: `another password nobody guesses ${number}`,
    days: 30,
    languages: ["en", "de"],
    stopWords: ["nothing more"],
    startWords: ["once more"],
    revokeApiKeyIds: [],
    since: null,
    cursor: "AAAAAAAAAAAAAAAAAAAAAA",
    // A page of messages takes one of the three.
    around: undefined,
    after: undefined,
    tab: "a-tab-of-olga",
    doing: "looking",
    secret: "a secret that Twilio made",
    algorithm: "HMAC_SHA256",
    shownFor: { sessionId: UNKNOWN_ID, organizationId: UNKNOWN_ID },
    clientKey: `key-of-sending-${number}`,
    evenThough: "opted_out",
    mentions: [],
    filter: "open",
    kind: "message",
    outcome: "stored",
    action: "member.invited",
    from: "2026-01-01T00:00:00Z",
    to: "2036-01-01T00:00:00Z",
    isOpen: true,
    isRequired: false,
    configureWebhook: false,
    showsTyping: true,
    rememberMe: true,
    revokeOtherSessions: false,
  };
  if (field in values) return values[field];
  return /Id$/.test(field) ? UNKNOWN_ID : "text";
}
