import { randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readKeyring, seal, sealKeyIdOf } from "@waystation/core/credentials";
import { sleep } from "../../clock.ts";
import type { Fault } from "../../fault.ts";
import { LoadBalancer } from "../../network/load-balancer.ts";
import { TcpFaultProxy } from "../../network/tcp-fault-proxy.ts";
import { childExit, startChild } from "../../processes/children.ts";
import { FAULT_SEALING_KEY } from "../../processes/server-process.ts";
import type { FaultInstallation, TestBed } from "../../test-bed.ts";

const KEYS = fileURLToPath(new URL("../../../../apps/server/src/commands/keys.ts", import.meta.url));
/** Enough credentials to make rewrapping take a while. */
const CREDENTIALS = 300;

/** The procedure of the operations page: add, restart all, promote, restart all, rewrap, verify, drop, restart all. */
export const keyChange: Fault = {
  id: "F23",
  title: "a change of keys under load, with kill -9 of the sealing anew",
  isInSlice: false,
  async run(lab) {
    const kills = lab.isWhole ? 15 : 4;
    const balancer = new LoadBalancer();
    await using desk = await lab.open({
      servers: 2,
      load: { ports: () => balancer.ports(), failover: true },
    });
    await addCredentials(desk);
    const fresh = randomBytes(32).toString("base64");
    const freshId = readKeyring(fresh).keys[0]?.id ?? "";
    const problems: string[] = [];
    const over = new AbortController();
    const watch = balancer.watch(desk.servers, over.signal);
    const load = desk.load.runUntil(lab.rate(200), over.signal);
    const restartWith = async (keys: string[]) => {
      for (const server of desk.servers) {
        const { code } = await server.stop("SIGTERM");
        if (code !== 0) problems.push(`a server ended with ${code}`);
        server.environment.ENCRYPTION_KEYS = keys.join();
        await server.start();
        await sleep(500);
      }
    };
    const command = (args: string[], keys: string[], port?: number) =>
      keysCommand(lab, desk, args, keys, port);

    await restartWith([FAULT_SEALING_KEY, fresh]);
    await restartWith([fresh, FAULT_SEALING_KEY]);
    await using spoiler = await TcpFaultProxy.create(lab.postgres.port);
    let [pieces, last] = [0, 40];
    for (let kill = 0; kill < kills; kill++) {
      pieces = 0;
      const run = command(["rewrap"], [fresh, FAULT_SEALING_KEY], spoiler.port);
      spoiler.onRequest = () => {
        pieces += 1;
        if (pieces === last) run.child.kill("SIGKILL");
      };
      if ((await run.code) === 0) problems.push("the sealing anew had ended before it was killed");
      last = 25 + Math.floor(Math.random() * 25);
    }
    const between = await sealedBy(desk);
    for (const [args, keys] of [
      [["rewrap"], [fresh, FAULT_SEALING_KEY]],
      [["verify"], [fresh, FAULT_SEALING_KEY]],
      [
        ["drop", readKeyring(FAULT_SEALING_KEY).keys[0]?.id ?? ""],
        [fresh, FAULT_SEALING_KEY],
      ],
    ] as const) {
      const code = await command([...args], [...keys]).code;
      if (code !== 0) problems.push(`keys ${args[0]} ended with ${code}`);
    }
    await restartWith([fresh]);
    await sleep(500);
    over.abort();
    await Promise.all([load, watch]);
    const { acknowledged, events, problems: wrong } = await desk.check();
    const after = await sealedBy(desk);
    if (after.size !== 1 || !after.has(freshId))
      problems.push(
        `the credentials are sealed by ${[...after.keys()].join(" and ")}, not by ${freshId} alone`,
      );
    return {
      counts: {
        credentials: CREDENTIALS,
        kills,
        "sealed anew between them": between.get(freshId) ?? 0,
        acknowledged,
        stored: events,
      },
      problems: [...problems, ...wrong, ...desk.crashes(), ...desk.unexpected(["refused"])],
    };
  },
};

function keysCommand(lab: TestBed, desk: FaultInstallation, args: string[], keys: string[], port?: number) {
  const child = startChild(process.execPath, [KEYS, ...args], {
    cwd: lab.folder,
    stdio: "ignore",
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: lab.postgres.urlOf(desk.database, port),
      DATA_DIR: join(lab.folder, "keys"),
      ENCRYPTION_KEYS: keys.join(),
    },
  });
  return { child, code: childExit(child).then(() => child.exitCode) };
}

/** Adds connections that receive no webhooks, each with its own token. */
async function addCredentials(desk: FaultInstallation): Promise<void> {
  const keyring = readKeyring(FAULT_SEALING_KEY);
  const [row] = (await desk.ask("select organization_id as id from twilio_whatsapp_connections limit 1")) as [
    { id: string },
  ];
  for (let number = 0; number < CREDENTIALS; number++) {
    const connectionId = randomUUID();
    const place = { organizationId: row.id, connectionId, field: "auth_token" } as const;
    const sid = `AC${randomBytes(16).toString("hex")}`;
    await desk.ask(INSERT, [
      connectionId,
      row.id,
      sid,
      `whatsapp:+1999${String(number).padStart(7, "0")}`,
      seal(keyring, place, randomBytes(16).toString("hex")),
      1_000 + number,
    ]);
  }
}

const INSERT = `
  insert into twilio_whatsapp_connections (no, id, organization_id, mode, account_sid, account_name, account_status,
    account_type, owner_account_sid, sender, auth_token_sealed, checked_at) overriding system value
  values ($6::int, $1::uuid, $2::uuid, 'live', $3, 'Fault', 'active', 'full', $3, $4, $5, now() + interval '1 year')`;

/** Number of credentials sealed with each key. */
async function sealedBy(desk: FaultInstallation): Promise<Map<string, number>> {
  const rows = (await desk.ask(
    "select auth_token_sealed as sealed from twilio_whatsapp_connections where auth_token_sealed is not null",
  )) as { sealed: string }[];
  const counts = new Map<string, number>();
  for (const { sealed } of rows) counts.set(sealKeyIdOf(sealed), (counts.get(sealKeyIdOf(sealed)) ?? 0) + 1);
  return counts;
}
