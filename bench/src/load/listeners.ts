/** A separate process that keeps many live streams open, like as many consoles, and records the notifications. */
import { connect, type Socket } from "node:net";

export interface ListenCommand {
  port: number;
  /** Used in rotation. */
  cookies: string[];
  count: number;
}

/** Notifications since the previous query. Times are wall-clock times, comparable across processes. */
export interface ReceivedChange {
  open: number;
  notices: number;
  moments: Float64Array;
}

const PATH = `/api/trpc/events.changes?input=${encodeURIComponent("{}")}`;
const sockets: Socket[] = [];
let open = 0;
let notices = 0;
let moments: number[] = [];

function listen(port: number, cookie = ""): void {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.write(
    `GET ${PATH} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nCookie: ${cookie}\r\n\r\n`,
  );
  socket.once("data", (head) => {
    if (head.toString("latin1", 9, 12) === "200") open += 1;
    socket.on("data", (chunk) => {
      const now = performance.timeOrigin + performance.now();
      const text = chunk.toString("latin1");
      for (
        let at = text.indexOf('"conversationIds"');
        at >= 0;
        at = text.indexOf('"conversationIds"', at + 1)
      ) {
        notices += 1;
        moments.push(now);
      }
    });
  });
  socket.on("error", () => {});
  sockets.push(socket);
}

process.on("message", (message: { listen: ListenCommand } | { tell: true }) => {
  if ("listen" in message) {
    const { port, cookies, count } = message.listen;
    for (let i = 0; i < count; i++) listen(port, cookies[i % cookies.length]);
  }
  process.send?.({ open, notices, moments: Float64Array.from(moments) } satisfies ReceivedChange);
  notices = 0;
  moments = [];
});
process.once("disconnect", () => process.exit());
