import { expect, test } from "vitest";
import { createMisdirectedWarning } from "./misdirected-warning.ts";

test("misdirected webhooks are in the log, once a minute", () => {
  const lines: [object, string][] = [];
  let now = 0;
  const warn = createMisdirectedWarning(
    { warn: (fields, text) => void lines.push([fields, text]) },
    "https://desk.example.org",
    () => now,
  );
  for (now = 0; now < 60_000; now += 1_000) warn(`POST /wrong/${"x".repeat(1_000)}`);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.[0]).toEqual({ target: `POST /wrong/${"x".repeat(1_000)}`.slice(0, 200) });
  expect(lines[0]?.[1]).toContain("POST https://desk.example.org/api/webhooks/twilio-whatsapp");
  warn("GET /");
  expect(lines).toHaveLength(2);
});
