import { connect, type Socket } from "node:net";
import { sleep } from "../../clock.ts";
import { type Fault, slowestOf } from "../../fault.ts";

const CONNECTIONS = 500;
/** One byte of a head or body per interval: about the slowest a server tolerates. */
const DRIP_MS = 1_000;
/** Webhooks must not be affected. They may take at most this long. */
const LIMIT_MS = 2_000;

type Kind = "head" | "body" | "read";

/** Like slowhttptest: heads and bodies that never end, and responses that are never read. */
export const slowConnections: Fault = {
  id: "F26",
  title: "500 connections that send or read a byte a second, under webhooks",
  isInSlice: true,
  async run(lab) {
    const milliseconds = lab.isWhole ? 60_000 : 8_000;
    await using desk = await lab.open();
    const { port } = desk.server;
    const kinds: Kind[] = ["head", "body", "read"];
    const slow = Array.from({ length: CONNECTIONS }, (_, index) =>
      openSlow(port, kinds[index % kinds.length] ?? "head"),
    );
    await sleep(1_000);
    const opened = slow.filter(({ socket }) => socket.readyState === "open").length;
    const from = performance.now();
    await desk.load.run(lab.rate(200), milliseconds);
    await desk.load.settled();
    const answers = desk.load.answers.filter(({ at }) => at >= from).map((answer) => answer.milliseconds);
    const left = slow.filter(({ socket }) => socket.readyState === "open").length;
    for (const one of slow) one.end();
    const { acknowledged, events, problems } = await desk.check();
    if (opened < CONNECTIONS) problems.push(`only ${opened} slow connections were open`);
    for (const late of await lab.over(() => Math.max(LIMIT_MS, lab.startMilliseconds), answers))
      problems.push(`a webhook waited for ${Math.round(late)} ms`);
    return {
      counts: {
        "slow connections": opened,
        "still open at the end": left,
        "slowest answer, ms": slowestOf(answers),
        acknowledged,
        stored: events,
      },
      problems: [...problems, ...desk.crashes(), ...desk.unexpected()],
    };
  },
};

function openSlow(port: number, kind: Kind): { socket: Socket; end(): void } {
  const socket = connect(port, "127.0.0.1");
  // The server closes the connection eventually, as intended.
  socket.on("error", () => {});
  const head = "POST /api/webhooks/twilio-whatsapp HTTP/1.1\r\nHost: desk.example.org\r\n";
  if (kind === "read") {
    // Requests many responses and reads none.
    socket.pause();
    socket.write("GET / HTTP/1.1\r\nHost: desk.example.org\r\n\r\n".repeat(50));
    return { socket, end: () => socket.destroy() };
  }
  const form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n";
  socket.write(kind === "head" ? head : head + form);
  const drip = setInterval(() => {
    if (socket.writable) socket.write(kind === "head" ? "X" : "a");
  }, DRIP_MS);
  return {
    socket,
    end: () => {
      clearInterval(drip);
      socket.destroy();
    },
  };
}
