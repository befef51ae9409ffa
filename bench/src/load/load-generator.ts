import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WebhookPayloads } from "./payloads.ts";

export interface LoadSupply {
  file: string;
  offsets: Uint32Array<ArrayBuffer>;
}

export interface LoadOrder {
  port: number;
  connections: number;
  seconds: number;
  /** Requests a second, due at even times whatever the server does; null for as fast as it answers. */
  rate: number | null;
  /** The request to go on with. */
  from: number;
  /** Begin anew when all were sent: for servers that store nothing. */
  wrap: boolean;
  /** Not more requests than this. */
  limit?: number;
}

export interface LoadReport {
  next: number;
  answered: number;
  seconds: number;
  p50: number;
  p99: number;
  p999: number;
  slowest: number;
  statuses: Record<string, number>;
  /** How soon what was not answered 200 was answered, in ms from when it was sent. */
  refusalP99: number;
  broken: number;
  /** By the index of the request: 1 where it was answered 200. */
  acknowledged: Uint8Array;
}

export interface LoadGenerator extends AsyncDisposable {
  pid: number;
  run(order: LoadOrder): Promise<LoadReport>;
}

export async function startLoadGenerator(payloads: WebhookPayloads, folder: string): Promise<LoadGenerator> {
  const file = join(folder, `payloads-${process.pid}-${Math.random().toString(36).slice(2)}`);
  writeFileSync(file, payloads.wire);
  const child = fork(fileURLToPath(new URL("./generator.ts", import.meta.url)), {
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  await requestFromChild(child, { supply: { file, offsets: payloads.offsets as Uint32Array<ArrayBuffer> } });
  return {
    pid: child.pid ?? 0,
    run: async (order) => {
      const answer = (await requestFromChild(child, { order })) as
        | { report: LoadReport }
        | { failure: string };
      if ("failure" in answer) throw new Error(answer.failure);
      return answer.report;
    },
    [Symbol.asyncDispose]: () => stopChildProcess(child),
  };
}

/** Sends, and resolves with the next message; throws if the child ends instead. */
export async function requestFromChild(child: ChildProcess, message: object): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  try {
    child.send(message);
    const answer = once(child, "message", { signal }).then(([first]) => first as unknown);
    const end = once(child, "exit", { signal }).then(() => {
      throw new Error("A process of the bench ended too soon.");
    });
    // Whichever does not come is given up, which is no failure.
    for (const one of [answer, end]) one.catch(() => {});
    return await Promise.race([answer, end]);
  } finally {
    over.abort();
  }
}

/** Asks a child of this process to end, and waits until it has. */
export async function stopChildProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await gone;
  clearTimeout(timer);
}
