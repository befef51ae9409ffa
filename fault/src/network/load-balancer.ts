import { sleep } from "../clock.ts";
import { httpStatusOfServer, type ServerProcess } from "../processes/server-process.ts";

/** What stands before several servers: it asks each every 200 ms whether it is ready, and sends nothing to those that are not. */
export class LoadBalancer {
  #ready: ServerProcess[] = [];

  ports(): number[] {
    return this.#ready.map((server) => server.port);
  }

  /** Resolves when `over` aborts. All of them count as ready until they have been asked. */
  async watch(servers: ServerProcess[], over: AbortSignal): Promise<void> {
    this.#ready = [...servers];
    while (!over.aborted) {
      const states = await Promise.all(
        servers.map(async (server) => ({
          server,
          status: await httpStatusOfServer(server.port, "/readyz", 1_000),
        })),
      );
      this.#ready = states.filter(({ status }) => status === 200).map(({ server }) => server);
      await sleep(200);
    }
  }
}
