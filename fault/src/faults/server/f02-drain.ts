import { connect } from "node:net";
import { sleep } from "../../clock.ts";
import { type Fault, slowestOf } from "../../fault.ts";
import { LoadBalancer } from "../../network/load-balancer.ts";
import type { ServerProcess } from "../../processes/server-process.ts";

/** Two servers behind a load balancer that polls each `/readyz` every 200 ms, as load balancers do. */
export const drainOnSigterm: Fault = {
  id: "F2",
  title: "SIGTERM, one of two servers at a time",
  isInSlice: true,
  async run(lab) {
    const rounds = lab.isWhole ? 20 : 3;
    const balancer = new LoadBalancer();
    await using desk = await lab.open({
      servers: 2,
      load: { ports: () => balancer.ports(), failover: true },
    });
    const problems: string[] = [];
    const ends: number[] = [];
    const over = new AbortController();
    const watch = balancer.watch(desk.servers, over.signal);
    const load = desk.load.runUntil(lab.rate(300), over.signal);
    for (let round = 0; round < rounds; round++) {
      const server = desk.servers[round % 2];
      await sleep(700);
      const { code, milliseconds } = await (server as ServerProcess).stop("SIGTERM");
      ends.push(milliseconds);
      if (code !== 0) problems.push(`exit code ${code}`);
      if (milliseconds > 10_000) problems.push(`ended only after ${Math.round(milliseconds)} ms`);
      await (server as ServerProcess).start();
    }
    over.abort();
    await Promise.all([load, watch]);
    await desk.load.settled();
    const second = await askedTwice(desk.server);
    if (second > 1_000) problems.push(`a second SIGTERM ended it only after ${Math.round(second)} ms`);
    const { acknowledged, events, problems: wrong } = await desk.check();
    return {
      counts: {
        restarts: rounds,
        requests: desk.load.answers.length,
        acknowledged,
        stored: events,
        "slowest end, ms": slowestOf(ends),
        "second signal, ms": Math.round(second),
      },
      problems: [...problems, ...wrong, ...desk.unexpected(["refused"])],
    };
  },
};

/** With an unfinished request: the server waits for it after the first signal, and stops after the second. */
async function askedTwice(server: ServerProcess): Promise<number> {
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(
    "POST /api/webhooks/twilio-whatsapp HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nA=",
  );
  await sleep(200);
  const { pid } = server;
  const stopped = server.stop("SIGTERM");
  await sleep(1_500);
  const second = performance.now();
  process.kill(pid, "SIGTERM");
  await stopped;
  socket.destroy();
  return performance.now() - second;
}
