import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WEBHOOK_PATH } from "@waystation/whatsapp/connections/webhook-url";
import { StartError } from "../lifecycle/start-error.ts";
import { closeUnreadBodies } from "./unread-body.ts";

const BACKLOG = 4_096;
/** A connection on which nothing came for so long brings no request any more. */
const SILENCE_MS = 1_000;

/** Listens before anything is touched, and says "not yet" until there is something to serve. */
export function createHttpServer() {
  let handle: RequestListener = (_req, res) => {
    res.writeHead(503, {
      "Content-Type": "application/json",
      "Retry-After": "2",
      "Cache-Control": "no-store",
    });
    res.end(JSON.stringify({ status: "starting" }));
  };
  const open = new Set<ServerResponse>();
  let isDraining = false;
  const server = createServer({
    headersTimeout: 10_000,
    // A file of 16 MB on its way from a phone.
    requestTimeout: 120_000,
    keepAliveTimeout: 65_000,
    // Who was told of these 65 s may be late, as we may: a request on a connection that just closed is lost.
    keepAliveTimeoutBuffer: 5_000,
    connectionsCheckingInterval: 5_000,
  });
  closeUnreadBodies(server, (req, res) => {
    // Webhooks are many, never streams, and answered at once.
    if (!req.url?.startsWith(WEBHOOK_PATH)) {
      open.add(res);
      res.once("close", () => open.delete(res));
    }
    // Nothing else is spoken here, and of what follows such a request Node may lose the beginning.
    if (isDraining || req.headers.upgrade !== undefined) res.setHeader("Connection", "close");
    handle(req, res);
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("clientError", answerBrokenRequest);
  return {
    server,
    serve: (listener: RequestListener) => {
      handle = listener;
    },
    isDraining: () => isDraining,
    /**
     * Says for `farewell` ms that it is not ready, and serves on: who closes at once resets the connections that wait to be
     * accepted. Then refuses new ones, cuts live streams (browsers come again), and waits for the rest until `deadline`.
     */
    drain: async (deadline: AbortSignal, farewell: number) => {
      isDraining = true;
      if (farewell > 0) await new Promise((resolve) => setTimeout(resolve, farewell));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const res of open) {
        if (isStream(res)) res.destroy();
        else if (!res.headersSent) res.setHeader("Connection", "close");
      }
      const silentUntil = performance.now() + SILENCE_MS;
      const sweep = setInterval(() => {
        server.closeIdleConnections();
        // Opened ahead by a browser that may never ask on it: to Node that is a request on its way.
        if (performance.now() > silentUntil)
          for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      }, 100);
      await Promise.race([closed, endConnection(deadline)]);
      clearInterval(sweep);
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * What never became a request. One that was not read in time is told 503 instead of Node's 408: it may be us who were slow,
 * and Twilio repeats after 503 alone.
 */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const head =
    error.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? "503 Service Unavailable\r\nRetry-After: 5"
      : error.code === "HPE_HEADER_OVERFLOW"
        ? "431 Request Header Fields Too Large"
        : "400 Bad Request";
  socket.end(`HTTP/1.1 ${head}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function isStream(res: ServerResponse): boolean {
  return String(res.getHeader("Content-Type")).startsWith("text/event-stream");
}

/** Returns the port. With `mayMove`, that is the next free one when this one is taken. */
export async function listenOnPort(server: Server, port: number, mayMove = false): Promise<number> {
  for (let candidate = port; ; candidate++)
    try {
      return await listenAt(server, candidate);
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!mayMove || !isTaken || candidate >= port + MOST_MOVES) throw portError(error as Error, port);
    }
}

function listenAt(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // Whoever finds no place to wait while this process is busy is reset, and asks for nothing again.
    server.listen({ port, backlog: BACKLOG }, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

const MOST_MOVES = 100;

function portError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === "EADDRINUSE")
    return new StartError(`Port ${port} is taken. Stop what uses it, or set PORT to another one.`);
  if (error.code === "EACCES")
    return new StartError(`Port ${port} needs more rights. Set PORT to one above 1023.`);
  return error;
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** When the signal aborts. */
export function endConnection(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
