import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";

const SECRETS = [
  "authorization",
  "cookie",
  "set-cookie",
  "x-twilio-signature",
  "authToken",
  "apiKeySecret",
  "password",
  "currentPassword",
  "newPassword",
  "token",
  "secret",
];

test("fields that hold secrets are redacted, wherever they are, and a line break makes no second entry", () => {
  const lines: string[] = [];
  const log = createLogger("info", { write: (line) => void lines.push(line) });
  const fields = Object.fromEntries(SECRETS.map((name) => [name, `value of ${name}`]));
  log.info({ ...fields, request: { ...fields, headers: fields } }, "first\n{} second");
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toContain("\n");
  const entry = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
  expect(entry.msg).toBe("first\n{} second");
  expect(lines[0]).not.toContain("value of");
  expect(lines[0]?.match(/\[redacted\]/g)).toHaveLength(3 * SECRETS.length);
});
