import type { IncomingMessage, Server, ServerResponse } from "node:http";

/** So long whoever still sends has time to read the response, before the connection is reset. */
const LINGER_MS = 2_000;

/**
 * A response that is written before the request's body has been read to its end closes the connection, and nothing more is
 * read from it: what follows could only be the rest of that body, which may have no end.
 */
function closeOnUnreadBody(req: IncomingMessage, res: ServerResponse): void {
  // A property of the object, because Express replaces its prototype; one function for all, because webhooks are many.
  if (requestHasBody(req)) res.writeHead = writeHead;
}

/** `100 Continue` is sent when a route begins to read the body: a request that is rejected by its head need not send it. */
function continueOnRead(req: IncomingMessage, res: ServerResponse): void {
  const onListener = (event: string | symbol) => {
    if (event !== "data" && event !== "readable") return;
    req.off("newListener", onListener);
    if (!res.headersSent) res.writeContinue();
  };
  req.on("newListener", onListener);
}

export function requestHasBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return headers["transfer-encoding"] !== undefined || (length !== undefined && !/^0+$/.test(length));
}

function writeHead(this: ServerResponse, ...parameters: unknown[]): ServerResponse {
  if (!this.req.complete) {
    this.shouldKeepAlive = false;
    endGently(this.req.socket);
  }
  const { writeHead: original } = Object.getPrototypeOf(this) as ServerResponse;
  return (original as (...all: unknown[]) => ServerResponse).apply(this, parameters);
}

/**
 * Node closes the socket once the response is written. With bytes left unread that is a reset, which may overtake the
 * response: so first only this side ends, and the socket waits without reading.
 */
function endGently(socket: IncomingMessage["socket"]): void {
  socket.destroySoon = () => {
    socket.end();
    // After Node's own attempt to read the rest and throw it away, which it begins in this tick.
    setImmediate(() => socket.pause());
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once("close", () => clearTimeout(timer));
  };
}

/** Has every request of the server handled so. */
export function closeUnreadBodies(
  server: Server,
  handle: (req: IncomingMessage, res: ServerResponse) => void,
): void {
  const guarded = (req: IncomingMessage, res: ServerResponse) => {
    closeOnUnreadBody(req, res);
    handle(req, res);
  };
  server.on("request", guarded);
  server.on("checkContinue", (req, res) => {
    continueOnRead(req, res);
    guarded(req, res);
  });
  server.on("checkExpectation", (req, res) => {
    closeOnUnreadBody(req, res);
    res.writeHead(417).end();
  });
}
