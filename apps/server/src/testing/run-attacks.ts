import { Agent, request } from "node:http";
import type { Attack } from "./attacks.ts";
import type { KnownIds } from "./plausible-inputs.ts";

/** Sends a server what nobody sends in good faith, and counts what it answers. */

export interface AttackTarget {
  url: string;
  publicUrl: string;
  known: KnownIds;
  /** Of an owner. */
  cookie: string;
  /** Of another, who founds organisations: what one of very many does gets slow. */
  founderCookie: string;
  /** An API key of an admin. */
  apiKey: string;
}

export interface AttackReport {
  /** How often each route gave each status; "closed" where it ended the connection instead. */
  counts: Record<string, Record<string, number>>;
  /** What got an answer of ours being at fault, or none. */
  failures: { status: string; attack: Attack }[];
}

/** Sends them, each from an address of its own and so many at once, and counts what comes back. */
export async function runAttacks(
  target: AttackTarget,
  attacks: Iterable<Attack>,
  { parallel = 16 } = {},
): Promise<AttackReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: parallel });
  const report: AttackReport = { counts: {}, failures: [] };
  const queue = attacks[Symbol.iterator]();
  let number = 0;
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      const status = await send(target, next.value, agent, addressOf(number++));
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
/** A process that was stopped for so long finds the answer waiting. */
const GRACE_MS = 2_000;

/** One of a network that is nobody's, so that no limit for an address takes the place of what is tried. */
function addressOf(number: number): string {
  return `2001:db8:${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}::1`;
}

function send(target: AttackTarget, attack: Attack, agent: Agent, address: string): Promise<string> {
  return new Promise((resolve) => {
    const { method, path, headers, body, as } = attack;
    const shown = {
      owner: { cookie: target.cookie },
      founder: { cookie: target.founderCookie },
      key: { authorization: `Bearer ${target.apiKey}` },
    };
    const asked = request(target.url, {
      agent,
      method,
      path,
      headers: { "x-forwarded-for": address, ...headers, ...(as ? shown[as] : {}) },
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
      setTimeout(() => {
        resolve("no answer");
        asked.destroy();
      }, GRACE_MS);
    });
    asked.end(body);
  });
}
