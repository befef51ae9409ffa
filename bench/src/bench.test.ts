import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

async function run(command: string): Promise<{ code: number; output: string }> {
  const [name = "", ...args] = command.split(" ");
  const child = spawn(process.execPath, [
    fileURLToPath(new URL("./main.ts", import.meta.url)),
    name,
    ...args,
  ]);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += chunk;
    });
  const [code] = await once(child, "close");
  return { code, output };
}

/** Whether they work and what they store is right; never how fast it was. */
test.each([
  ["ingest --rounds 1 --seconds 0.3 --warmup 0.1 --requests 20000", "stored, once, and nothing else"],
  ["statement --requests 2000", "known, 32"],
  [
    "grow --rounds 1 --seconds 0.3 --warmup 0.1 --requests 20000 --events 2000 --messages 1000 --conversations 100",
    "grown against empty",
  ],
  ["pglite --rounds 1 --seconds 0.3 --warmup 0.1 --requests 20000", "stored, once, and nothing else"],
  ["replay --events 3000 --piece 1500", "events rebuilt"],
  ["sse --rounds 1 --seconds 0.4 --warmup 0.1 --requests 20000 --clients 5 --rate 50", "notice heard"],
  [
    "overload --seconds 0.5 --warmup 0.2 --requests 20000 --connections 100 --slow 5",
    "stored, once, and nothing else",
  ],
])("bench %s", { timeout: 180_000 }, async (command, expected) => {
  const { code, output } = await run(command);
  expect.soft(output).toContain(expected);
  expect(code, output).toBe(0);
});

test("says which there are", async () => {
  const { code, output } = await run("nothing");
  expect(code).toBe(1);
  expect(output).toContain("pnpm bench ingest");
});
