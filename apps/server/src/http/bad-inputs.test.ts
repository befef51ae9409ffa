import { createTestStore } from "@waystation/db/testing/databases";
import { ignoreText } from "@waystation/db/testing/leak-detector";
import { createSimulator } from "@waystation/twilio-simulator/simulator";
import { expect, test } from "vitest";
import { readConfig } from "../lifecycle/config.ts";
import { startServer } from "../lifecycle/server.ts";
import { seedTarget } from "../testing/attack-target.ts";
import { fixedAttacks, generatedAttacks, seededRandom } from "../testing/bad-inputs.ts";
import { HOSTILE_TEXTS } from "../testing/hostile-values.ts";
import { plausibleInputs, plausibleProcedureCalls, UNKNOWN_ID } from "../testing/plausible-inputs.ts";
import { runAttacks } from "../testing/run-attacks.ts";
import { createTestLog } from "../testing/test-files.ts";

/** Of each kind so many here; `pnpm fuzz` sends them all. */
const SLICE = 1_500;

// Each is sent in every field, as the secret of a shared key too.
for (const text of HOSTILE_TEXTS) ignoreText(text);

test("what is spoiled would have passed", () => {
  const known = {
    connectionId: UNKNOWN_ID,
    conversationId: UNKNOWN_ID,
    messageId: UNKNOWN_ID,
    accountSid: `AC${"0".repeat(32)}`,
    authToken: "0".repeat(32),
    sender: "whatsapp:+14155550100",
  };
  for (const { path, required, optional, input } of plausibleProcedureCalls) {
    const fields = [...required, ...optional].map((name) => [name, plausibleInputs(name, known, 1)]);
    if (input) expect(input.safeParse(Object.fromEntries(fields)).error, path).toBeUndefined();
  }
});

test("bad inputs are refused, and nothing breaks", { timeout: 120_000 }, async () => {
  await using store = await createTestStore("postgres");
  const simulator = createSimulator({ pace: 0 });
  const { log, lines } = createTestLog();
  const config = readConfig({
    NODE_ENV: "development",
    PORT: "0",
    DATABASE_URL: store.url,
    DATA_DIR: "/nowhere/that/can/be/written",
    ENCRYPTION_KEYS: "kBv7yWJ3mZq1R8tXh5cN2pLs9dFg6aUe4oKi0QwErTY=",
    AUTH_SECRET: "only-for-these-tests-0123456789abcdef",
    TRUST_PROXY: "loopback",
    WAYSTATION_SETUP_TOKEN: "the-setup-token",
    TWILIO_SIMULATOR_URL: await simulator.start(0),
  });
  const server = await startServer(config, log);
  try {
    const target = await seedTarget(server.url, "the-setup-token", simulator);
    const inherited = Object.getOwnPropertyNames(Object.prototype);
    const thrown = seededRandom(Number(process.env.FUZZ_SEED ?? 1));
    const fixed = [...fixedAttacks(target)];
    const generated = generatedAttacks(target, thrown.below(2 ** 31));
    for (const next of [() => thrown.one(fixed), () => generated.next().value]) {
      const attacks = Array.from({ length: SLICE }, next);
      const { counts, failures } = await runAttacks(target, attacks, { parallel: 8 });
      expect(failures).toEqual([]);
      expect(Object.keys(counts).toSorted()).toEqual(["auth", "other", "rest", "trpc", "webhook"]);
      expect(counts.webhook?.["200"], "some webhooks were genuine").toBeGreaterThan(0);
      expect(counts.trpc?.["400"]).toBeGreaterThan(0);
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(inherited);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  } finally {
    await server.stop();
    await simulator.stop();
  }
});
