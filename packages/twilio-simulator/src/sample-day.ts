import { parseArgs } from "node:util";
import type { SampleDay } from "./sample-day/play-day.ts";

/** Plays a sample day on a running simulator: `node sample-day.ts --speed 720 --url http://localhost:3001`. */
const { values } = parseArgs({
  options: {
    speed: { type: "string", default: "720" },
    url: { type: "string", default: "http://localhost:3001" },
    account: { type: "string" },
    sender: { type: "string" },
    customers: { type: "string" },
  },
});
const address = `${values.url.replace(/\/+$/, "")}/simulator/sample-day`;

try {
  let day = await ask({
    speed: Number(values.speed),
    accountSid: values.account,
    sender: values.sender,
    customers: values.customers ? Number(values.customers) : undefined,
  });
  while (day.running) {
    process.stdout.write(
      `\r${day.time}  ${String(day.sent).padStart(4)} of ${day.total} messages, ${day.failed} webhooks failed `,
    );
    await new Promise((resolve) => setTimeout(resolve, 250));
    day = await ask();
  }
  process.stdout.write(
    `\r${day.time}  ${day.sent} of ${day.total} messages: ${day.delivered} delivered, ${day.failed} failed, ${day.silent} without a webhook\n`,
  );
} catch (error) {
  const refused = error instanceof TypeError;
  process.stderr.write(
    `${refused ? `No simulator answers at ${values.url}: start it with "pnpm simulator".` : error instanceof Error ? error.message : error}\n`,
  );
  process.exitCode = 1;
}

async function ask(start?: Record<string, unknown>): Promise<SampleDay> {
  const answer = await fetch(
    address,
    start && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(start) },
  );
  const body = (await answer.json()) as SampleDay & { error?: string };
  if (!answer.ok) throw new Error(body.error ?? `HTTP ${answer.status}`);
  return body;
}
