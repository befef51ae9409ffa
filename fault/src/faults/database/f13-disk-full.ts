import { join } from "node:path";
import { sleep } from "../../clock.ts";
import type { Fault, FaultFinding } from "../../fault.ts";
import { PostgresServer } from "../../processes/postgres.ts";
import { SmallTmpfs } from "../../processes/small-disk.ts";

const NO_MOUNT = "no small disk can be mounted here (this needs root)";

export const databaseDiskFull: Fault = {
  id: "F13",
  title: "the disk of Postgres is full, then free again",
  isInSlice: true,
  async run(lab): Promise<FaultFinding> {
    using disk = SmallTmpfs.mount(join(lab.folder, "small-disk"), 128);
    if (!disk) return { counts: {}, problems: [], skipped: NO_MOUNT };
    const settings = { min_wal_size: "8MB", max_wal_size: "16MB", shared_buffers: "32MB" };
    const postgres = await PostgresServer.create(
      disk.folder,
      settings,
      ["--wal-segsize=1"],
      lab.postgres.binaries,
    );
    try {
      await lab.furnish(postgres);
      await using desk = await lab.open({ postgres, load: { retries: 1 } });
      const over = new AbortController();
      const load = desk.load.runUntil(lab.rate(300), over.signal);
      await sleep(1_500);
      const from = performance.now();
      disk.fill();
      await sleep(lab.isWhole ? 30_000 : 13_000);
      let restarts = 0;
      disk.free();
      // Without room for its log, Postgres stops itself, as expected. It is then restarted.
      if (!postgres.isRunning) {
        restarts += 1;
        await postgres.start();
      }
      const problems: string[] = [];
      if (!(await postgres.answers(30_000))) problems.push("Postgres did not come back");
      const recovery = await desk.recovery(30_000);
      await sleep(1_500);
      over.abort();
      await load;
      if (recovery === null) problems.push("no 200 after the disk was free");
      const words = desk.load.words(from);
      if ((words.get(503) ?? 0) === 0) problems.push("the disk was never felt to be full");
      const { acknowledged, events, problems: wrong } = await desk.check();
      return {
        counts: {
          "200": words.get(200) ?? 0,
          "503": words.get(503) ?? 0,
          "Postgres started again": restarts,
          "first 200 after, ms": Math.round(recovery ?? Number.NaN),
          acknowledged,
          stored: events,
        },
        problems: [...problems, ...wrong, ...desk.crashes(), ...desk.unexpected([503])],
      };
    } finally {
      await postgres.stop("immediate");
    }
  },
};

export const serverDiskFull: Fault = {
  id: "F14",
  title: "the server's own disk is full, log and all",
  isInSlice: true,
  async run(lab): Promise<FaultFinding> {
    using disk = SmallTmpfs.mount(join(lab.folder, "server-disk"), 1);
    if (!disk) return { counts: {}, problems: [], skipped: NO_MOUNT };
    await using desk = await lab.open({ serverFolder: disk.folder, environment: { LOG_LEVEL: "debug" } });
    await desk.load.run(lab.rate(100), 1_000);
    disk.fill();
    const from = performance.now();
    await desk.load.run(lab.rate(200), lab.isWhole ? 20_000 : 4_000);
    await desk.load.settled();
    const words = desk.load.words(from);
    disk.free();
    await desk.load.run(lab.rate(100), 1_000);
    const { acknowledged, events, problems } = await desk.check();
    return {
      counts: { "200 with the disk full": words.get(200) ?? 0, acknowledged, stored: events },
      problems: [...problems, ...desk.crashes(), ...desk.unexpected()],
    };
  },
};
