import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { createHttpServer, listenOnPort } from "./http-server.ts";

/** A server, and a connection to it on which `sent` was written. */
async function serve(sent = "") {
  const http = createHttpServer();
  const port = await listenOnPort(http.server, 0);
  const socket = connect(port, "127.0.0.1");
  const heard: Buffer[] = [];
  socket.on("data", (chunk) => heard.push(chunk)).on("error", () => {});
  if (sent) socket.write(sent);
  await once(http.server, "connection");
  return { http, socket, heard: () => Buffer.concat(heard).toString() };
}

const never = new AbortController().signal;

test("before there is something to serve, whoever asks is told to come again", async () => {
  const { http, heard } = await serve("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
  await expect.poll(heard).toMatch(/^HTTP\/1\.1 503 .*Retry-After: 2/s);
  await http.drain(never, 0);
});

test("a connection that was only opened ahead does not hold up the end", async () => {
  const { http, socket } = await serve();
  const closed = once(socket, "close");
  await http.drain(never, 0);
  await closed;
});

test("an answer under way is waited for, a stream is cut", async () => {
  const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: here\r\n\r\n`;
  const { http, socket, heard } = await serve();
  let answer: (() => void) | null = null;
  http.serve((req, res) => {
    if (req.url === "/stream") res.setHeader("Content-Type", "text/event-stream").write("data: 1\n\n");
    else answer = () => res.end("whole");
  });
  const { port } = http.server.address() as { port: number };
  const stream = connect(port, "127.0.0.1");
  stream.write(request("/stream"));
  await once(stream, "data");
  socket.write(request("/slow"));
  await expect.poll(() => answer).not.toBeNull();
  const cut = once(stream, "close");
  const drained = http.drain(never, 0);
  await cut;
  expect(heard()).toBe("");
  (answer as unknown as () => void)();
  await drained;
  await expect.poll(heard).toMatch(/Connection: close.*whole/s);
});

test("past its time the end waits for nobody", async () => {
  const { http, socket, heard } = await serve("GET / HTTP/1.1\r\nHost: here\r\n");
  const closed = once(socket, "close");
  await http.drain(AbortSignal.timeout(50), 0);
  await closed;
  expect(heard()).toBe("");
});
