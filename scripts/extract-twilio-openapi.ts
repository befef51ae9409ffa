/**
 * Reduces Twilio's OpenAPI files to the responses that the tests compare: `extract-twilio-openapi.ts <twilio-oai/spec/json>`.
 * Drops descriptions, examples and request parameters.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { REPOSITORY_ROOT } from "./processes/run-step.ts";

const ACCOUNT = "/2010-04-01/Accounts/{Sid}.json";
const OF_ACCOUNT = "/2010-04-01/Accounts/{AccountSid}";
const OPERATIONS: Record<string, string[]> = {
  accounts_v1: ["POST /v1/AuthTokens/Secondary", "POST /v1/AuthTokens/Promote"],
  api_v2010: [
    `GET ${ACCOUNT}`,
    `GET ${OF_ACCOUNT}/Messages.json`,
    `POST ${OF_ACCOUNT}/Messages.json`,
    `GET ${OF_ACCOUNT}/Messages/{Sid}.json`,
    `GET ${OF_ACCOUNT}/Messages/{MessageSid}/Media.json`,
    `GET ${OF_ACCOUNT}/Messages/{MessageSid}/Media/{Sid}.json`,
    `GET ${OF_ACCOUNT}/Keys.json`,
    `POST ${OF_ACCOUNT}/Keys.json`,
    `GET ${OF_ACCOUNT}/Balance.json`,
  ],
  content_v1: [
    "GET /v1/Content",
    "POST /v1/Content",
    "GET /v1/Content/{Sid}",
    "GET /v1/Content/{Sid}/ApprovalRequests",
    "POST /v1/Content/{ContentSid}/ApprovalRequests/whatsapp",
    "GET /v1/ContentAndApprovals",
  ],
  content_v2: ["GET /v2/ContentAndApprovals"],
  messaging_v1: [
    "GET /v1/Services",
    "POST /v1/Services",
    "GET /v1/Services/{Sid}",
    "POST /v1/Services/{Sid}",
    "GET /v1/Services/{MessagingServiceSid}/ChannelSenders",
  ],
  messaging_v2: [
    "GET /v2/Channels/Senders",
    "POST /v2/Channels/Senders",
    "GET /v2/Channels/Senders/{Sid}",
    "POST /v2/Channels/Senders/{Sid}",
    "POST /v2/Indicators/Typing.json",
  ],
  monitor_v1: ["GET /v1/Alerts", "GET /v1/Alerts/{Sid}"],
};
const LEFT_OUT = /^(description|summary|title|example|examples|tags|parameters|requestBody|headers|x-.*)$/;

type Json = Record<string, unknown>;
interface Spec {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, { operationId: string; responses: Json }>>;
  components: { schemas: Record<string, unknown> };
}

/** `isMap`: the keys of this object are property names, not OpenAPI keywords. */
function reduce(value: unknown, isMap = false): unknown {
  if (Array.isArray(value)) return value.map((item) => reduce(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isMap || !LEFT_OUT.test(key))
      .map(([key, inner]) => [key, reduce(inner, !isMap && key === "properties")]),
  );
}

function referencesIn(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name ?? "",
  );
}

function extract(spec: Spec, operations: string[]): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const [method = "", path = ""] = operation.split(" ");
    const found = spec.paths[path]?.[method.toLowerCase()];
    if (!found) throw new Error(`${operation} is not in ${spec.info.title}`);
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: { operationId: found.operationId, responses: reduce(found.responses) },
    };
  }
  const schemas: Json = {};
  const open = referencesIn(paths);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name in schemas) continue;
    schemas[name] = reduce(spec.components.schemas[name]);
    open.push(...referencesIn(schemas[name]));
  }
  const sorted = Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const { title, version } = spec.info;
  return { openapi: spec.openapi, info: { title, version }, paths, components: { schemas: sorted } };
}

const source = resolve(process.argv[2] ?? ".");
const target = join(REPOSITORY_ROOT, "fixtures/twilio/openapi");
for (const [name, operations] of Object.entries(OPERATIONS)) {
  const spec = JSON.parse(readFileSync(join(source, `twilio_${name}.json`), "utf8")) as Spec;
  writeFileSync(join(target, `${name}.json`), JSON.stringify(extract(spec, operations), null, 2));
}
execFileSync(join(REPOSITORY_ROOT, "node_modules/.bin/biome"), ["format", "--write", target]);
