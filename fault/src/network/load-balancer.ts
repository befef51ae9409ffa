import { sleep } from "../clock.ts";
import { httpStatusOfServer, type ServerProcess } from "../processes/server-process.ts";

/** A load balancer: polls the readiness of each server every 200 ms and routes requests only to ready ones. */
export class LoadBalancer {
  #ready: ServerProcess[] = [];

  ports(): number[] {
    return this.#ready.map((server) => server.port);
  }

  /** Resolves when `over` aborts. All servers count as ready until the first poll. */
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
