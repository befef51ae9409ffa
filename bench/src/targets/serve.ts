import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Listens on a free local port, reports the port to the parent, and exits when the parent disconnects. */
export function serveTarget(server: Server, beforeEnd: () => Promise<void> = async () => {}): void {
  server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.once("disconnect", async () => {
    server.close();
    server.closeAllConnections();
    await beforeEnd();
    process.exit();
  });
}

export function authTokenFromEnvironment(): string {
  const { TOKEN } = process.env;
  if (!TOKEN) throw new Error("TOKEN is not set.");
  return TOKEN;
}
