import { connect, type Socket } from "node:net";

interface Address {
  host: string[];
  port: number[];
  path?: string | false | null;
}

/**
 * Makes postgres.js' sockets, so that one can be cut off on which nobody answers any longer. The library has no limit of
 * its own for an answer, and TCP's is a quarter of an hour.
 */
export function createSockets() {
  const open = new Set<Socket>();
  let turn = 0;
  return {
    make: ({ host, port, path }: Address): Socket => {
      const index = turn++ % host.length;
      const address = { host: host[index] ?? "localhost", port: port[index] ?? 5432 };
      const socket = path ? connect(path) : connect(address);
      // For TLS, which checks the name.
      Object.assign(socket, address);
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      return socket;
    },
    /** Remembers how much each has heard; what it answers cuts those that have heard nothing since. */
    listen: (): (() => void) => {
      const heard = new Map([...open].map((socket) => [socket, socket.bytesRead]));
      return () => {
        for (const [socket, bytes] of heard)
          if (open.has(socket) && socket.bytesRead === bytes) socket.destroy();
      };
    },
    cutAll: () => {
      for (const socket of open) socket.destroy();
    },
  };
}
