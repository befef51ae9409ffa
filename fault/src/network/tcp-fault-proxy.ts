import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

type Mood = "pass" | "black-hole";

/** A TCP proxy that injects network faults. */
export class TcpFaultProxy implements AsyncDisposable {
  /** Delay of each chunk in both directions, in ms. */
  latency = 0;
  /** Called for each chunk from the client. */
  onRequest: (piece: Buffer) => void = () => {};
  #mood: Mood = "pass";
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();

  private constructor(target: number) {
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#join(client, target));
  }

  static async create(target: number): Promise<TcpFaultProxy> {
    const proxy = new TcpFaultProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Drops all data from now on without closing connections. Existing connections stay that way after `heal`. */
  swallow(): void {
    this.#mood = "black-hole";
    for (const pair of this.#pairs) for (const socket of pair) socket.removeAllListeners("data").resume();
  }

  /** Passes data on new connections again. Swallowed connections: the server's side is closed, the client is not notified. */
  heal(): void {
    this.#mood = "pass";
    for (const [, server] of this.#pairs) server.removeAllListeners("close").destroy();
  }

  /** Resets every connection. */
  reset(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  /** Closes the database's direction of every connection. The client can still write. */
  halfClose(): void {
    for (const [client] of this.#pairs) client.end();
  }

  #join(client: Socket, target: number): void {
    const server = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true });
    const pair: [Socket, Socket] = [client, server];
    this.#pairs.add(pair);
    const pass = (from: Socket, to: Socket, seen: (piece: Buffer) => void) => {
      from.setNoDelay(true);
      from.on("data", (piece) => {
        seen(piece);
        if (this.#mood === "black-hole") return;
        if (this.latency > 0) setTimeout(() => to.write(piece), this.latency);
        else to.write(piece);
      });
      from.on("end", () => {
        if (this.#mood === "pass") setTimeout(() => to.end(), this.latency);
      });
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#pairs.delete(pair);
        if (this.#mood === "pass") to.destroy();
      });
    };
    pass(client, server, (piece) => this.onRequest(piece));
    pass(server, client, () => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }
}
