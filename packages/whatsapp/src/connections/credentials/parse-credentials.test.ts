import { DomainError } from "@waystation/core/errors";
import { describe, expect, test } from "vitest";
import type { CredentialsInput } from "../inputs.ts";
import { parseCredentials } from "./parse-credentials.ts";

const SID = `AC${"a".repeat(32)}`;
const TOKEN = "a".repeat(32);
const KEY = `SK${"a".repeat(32)}`;
const SECRET = "s".repeat(32);

function refusal(input: Partial<CredentialsInput>) {
  try {
    parseCredentials({ mode: "live", accountSid: SID, authToken: TOKEN, ...input });
  } catch (error) {
    if (error instanceof DomainError) return [error.reason, error.field];
    throw error;
  }
  return null;
}

test("blanks around pasted values are trimmed", () => {
  const read = parseCredentials({
    mode: "test",
    accountSid: ` ${SID}\n`,
    authToken: `\t${TOKEN} `,
    apiKeySid: " ",
    apiKeySecret: "",
  });
  expect(read).toEqual({ mode: "test", accountSid: SID, authToken: TOKEN, apiKey: null });
});

test("a token may begin with the letters of a SID", () => {
  for (const start of ["ac", "AC", "5c", "sk"]) {
    const authToken = start + TOKEN.slice(2);
    expect(parseCredentials({ mode: "live", accountSid: SID, authToken }).authToken).toBe(authToken);
  }
});

test("a key goes along with the token", () => {
  expect(
    parseCredentials({
      mode: "live",
      accountSid: SID,
      authToken: TOKEN,
      apiKeySid: KEY,
      apiKeySecret: SECRET,
    }).apiKey,
  ).toEqual({
    sid: KEY,
    secret: SECRET,
  });
});

describe("mistakes recognised before any call", () => {
  test.each<[string, Partial<CredentialsInput>, string, string]>([
    ["a key's SID as account SID", { accountSid: KEY }, "key_instead_of_sid", "accountSid"],
    ["an account SID cut short", { accountSid: SID.slice(0, 33) }, "sid_format", "accountSid"],
    ["an account SID too long", { accountSid: `${SID}a` }, "sid_format", "accountSid"],
    ["an account SID with a wrong letter", { accountSid: `AC${"z".repeat(32)}` }, "sid_format", "accountSid"],
    ["a service's SID", { accountSid: `MG${"a".repeat(32)}` }, "sid_format", "accountSid"],
    ["nothing", { accountSid: "" }, "sid_format", "accountSid"],
    ["SID and token swapped", { accountSid: TOKEN, authToken: SID }, "sid_format", "accountSid"],
    ["a SID as token", { authToken: SID }, "token_format", "authToken"],
    ["a key's SID as token", { authToken: KEY }, "token_format", "authToken"],
    ["a token cut short", { authToken: TOKEN.slice(1) }, "token_format", "authToken"],
    [
      "a token with a blank inside",
      { authToken: `${TOKEN.slice(0, 16)} ${TOKEN.slice(17)}` },
      "token_format",
      "authToken",
    ],
    ["no token", { authToken: "" }, "token_format", "authToken"],
    [
      "an API key alone",
      { authToken: "", apiKeySid: KEY, apiKeySecret: SECRET },
      "api_key_only",
      "authToken",
    ],
    ["a key without its secret", { apiKeySid: KEY }, "api_key_format", "apiKeySecret"],
    ["a secret without its key", { apiKeySecret: SECRET }, "api_key_format", "apiKeySid"],
    ["an account SID as key", { apiKeySid: SID, apiKeySecret: SECRET }, "api_key_format", "apiKeySid"],
  ])("%s", (_name, input, reason, field) => {
    expect(refusal(input)).toEqual([reason, field]);
  });
});
