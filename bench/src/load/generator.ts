/**
 * A separate process that sends prepared bytes over keep-alive sockets, without an HTTP client, to use little of the CPU it
 * shares with the target. Executes the parent's commands until the parent disconnects.
 */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import type { LoadOrder, LoadReport, LoadSupply } from "./load-generator.ts";

interface Line {
  socket: Socket;
  /** Index of the request in flight, or -1. */
  index: number;
  /** Time the request was due, and time it was sent. */
  since: number;
  sentAt: number;
  isClosed: boolean;
}

let wire = Buffer.alloc(0);
let offsets = new Uint32Array();
const MAX_MEASURED = 4_000_000;
const latencies = new Float32Array(MAX_MEASURED);

function run({
  port,
  connections,
  seconds,
  rate,
  from,
  wrap,
  limit = Number.POSITIVE_INFINITY,
}: LoadOrder): Promise<LoadReport> {
  const { promise, resolve, reject } = Promise.withResolvers<LoadReport>();
  const total = offsets.length - 1;
  const acknowledged = new Uint8Array(total);
  const statuses: Record<string, number> = {};
  const rejections: number[] = [];
  const idle: Line[] = [];
  const due: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1_000;
  let next = from;
  let sent = 0;
  let answered = 0;
  let underWay = 0;
  let broken = 0;
  let dueSoFar = 0;
  let open = 0;
  let lastAnswer = start;
  let isOver = false;
  let timer: NodeJS.Timeout | null = null;

  function count(line: Line, status: string) {
    // A response without a request does not count, such as the 408 before a server closes an idle connection.
    if (line.index < 0) return;
    const now = performance.now();
    if (answered < MAX_MEASURED) latencies[answered] = now - line.since;
    answered += 1;
    underWay -= 1;
    lastAnswer = now;
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === "200") acknowledged[line.index] = 1;
    else rejections.push(now - line.sentAt);
    line.index = -1;
    if (rate === null) {
      if (now < end && hasMore()) return send(line, now);
      return finishWhenDone();
    }
    const waited = due.shift();
    if (waited !== undefined && !line.isClosed) return send(line, waited);
    if (waited !== undefined) due.unshift(waited);
    if (!line.isClosed) idle.push(line);
    finishWhenDone();
  }

  function hasMore(): boolean {
    if (sent >= limit) return false;
    if (next < total) return true;
    if (!wrap) return false;
    next = 0;
    return true;
  }

  function send(line: Line, since: number) {
    const index = next++;
    sent += 1;
    line.index = index;
    line.since = since;
    line.sentAt = performance.now();
    underWay += 1;
    line.socket.write(wire.subarray(offsets[index], offsets[index + 1]));
  }

  function finishWhenDone() {
    if (underWay > 0 || isOver || (rate !== null && timer !== null)) return;
    isOver = true;
    const measured = latencies.slice(0, Math.min(answered, MAX_MEASURED)).sort();
    rejections.sort((a, b) => a - b);
    const at = (share: number) =>
      measured[Math.min(measured.length - 1, Math.floor(measured.length * share))] ?? 0;
    for (const line of lines) line.socket.destroy();
    resolve({
      next,
      answered,
      seconds: (lastAnswer - start) / 1_000,
      p50: at(0.5),
      p99: at(0.99),
      p999: at(0.999),
      slowest: at(1),
      statuses,
      refusalP99: rejections[Math.floor(rejections.length * 0.99)] ?? 0,
      broken,
      acknowledged,
    });
  }

  function tick() {
    const now = Math.min(performance.now(), end);
    const wanted = Math.floor(((now - start) / 1_000) * (rate ?? 0));
    for (; dueSoFar < wanted && hasMore(); dueSoFar++) {
      const since = start + (dueSoFar / (rate ?? 1)) * 1_000;
      let line = idle.pop();
      while (line?.isClosed) line = idle.pop();
      if (line) send(line, since);
      else due.push(since);
    }
    if (now < end && hasMore()) {
      timer = setTimeout(tick, 1);
      return;
    }
    timer = null;
    finishWhenDone();
  }

  function openLine(): Line {
    // Reads responses into one buffer per socket, which bypasses stream overhead.
    const buffer = Buffer.allocUnsafe(16 * 1024);
    let partial = "";
    const onAnswer = (size: number) => {
      if (partial === "" && line.index >= 0) {
        const whole = wholeAnswer(buffer, size);
        if (whole) {
          count(line, whole);
          return true;
        }
      }
      partial += buffer.toString("latin1", 0, size);
      const copy = Buffer.from(partial, "latin1");
      const whole = wholeAnswer(copy, copy.length);
      if (whole) {
        partial = "";
        count(line, whole);
      }
      return true;
    };
    const socket = connect({
      port,
      host: "127.0.0.1",
      noDelay: true,
      onread: { buffer, callback: onAnswer },
    });
    const line: Line = { socket, index: -1, since: 0, sentAt: 0, isClosed: false };
    socket.on("error", () => {});
    socket.once("connect", () => {
      open += 1;
      if (open === connections) begin();
    });
    socket.once("close", () => {
      line.isClosed = true;
      if (isOver) return;
      broken += 1;
      if (line.index >= 0) count(line, "cut off");
      if (broken > connections * 2) reject(new Error("The server keeps closing connections."));
    });
    return line;
  }

  function begin() {
    if (rate === null) for (const line of lines) if (hasMore()) send(line, performance.now());
    if (rate !== null) {
      idle.push(...lines);
      tick();
    }
  }

  const lines = Array.from({ length: connections }, openLine);
  return promise;
}

/** The status of a complete response, or null if more data is expected. */
function wholeAnswer(buffer: Buffer, size: number): string | null {
  const text = buffer.toString("latin1", 0, size);
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return null;
  const at = text.search(/content-length: /i);
  const length = at < 0 || at > headEnd ? 0 : Number.parseInt(text.slice(at + 16, at + 26), 10);
  return size >= headEnd + 4 + length ? text.slice(9, 12) : null;
}

process.on("message", async (message: { supply: LoadSupply } | { order: LoadOrder }) => {
  if ("supply" in message) {
    wire = readFileSync(message.supply.file);
    offsets = message.supply.offsets;
    process.send?.({ ready: true });
  } else {
    const answer = await run(message.order).then(
      (report) => ({ report }),
      (error: unknown) => ({ failure: String(error) }),
    );
    process.send?.(answer);
  }
});
process.once("disconnect", () => process.exit());
