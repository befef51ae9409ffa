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
  /** Requests per second at a constant rate, regardless of the server. Null sends as fast as the server responds. */
  rate: number | null;
  /** Index of the first request to send. */
  from: number;
  /** Starts over after the last request. Only for targets that store nothing. */
  wrap: boolean;
  /** Maximum number of requests. */
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
  /** p99 latency, in ms from sending, of the responses other than 200. */
  refusalP99: number;
  broken: number;
  /** By index of the request: 1 if the response was 200. */
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

/** Sends a message to a child process and resolves with its next message. Throws if the child exits first. */
export async function requestFromChild(child: ChildProcess, message: object): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  try {
    child.send(message);
    const answer = once(child, "message", { signal }).then(([first]) => first as unknown);
    const end = once(child, "exit", { signal }).then(() => {
      throw new Error("A process of the bench ended too soon.");
    });
    // The promise that loses the race is aborted, which is not an error.
    for (const one of [answer, end]) one.catch(() => {});
    return await Promise.race([answer, end]);
  } finally {
    over.abort();
  }
}

/** Stops a child process and waits for its exit. Kills the child after 15 s. */
export async function stopChildProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await gone;
  clearTimeout(timer);
}
