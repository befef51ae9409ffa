import { createPublicIds } from "@waystation/core/public-ids";
import { STREAMS_PER_SESSION } from "@waystation/server/http/stream-limits";
import { addSessions } from "@waystation/server/testing/add-sessions";
import { sleep, waitUntil } from "../../clock.ts";
import { ConsoleStream } from "../../console-stream.ts";
import { type Fault, type FaultFinding, slowestOf } from "../../fault.ts";
import { FAULT_PUBLIC_URL, faultContactAddress, incomingWebhook } from "../../fixtures.ts";
import { FAULT_AUTH_SECRET } from "../../processes/server-process.ts";
import type { FaultInstallation, TestBed } from "../../test-bed.ts";

const CONTACT = 0;
/** Messages per second: a busy conversation. */
const RATE = 4;
/** After the first webhook succeeds again, each console must catch up with all acknowledged messages within this time. */
const CATCH_UP_MS = 3_000;
/**
 * When a server dies between a commit and its notification, the other servers detect the gap after this time. See
 * `pg-notify.ts`.
 */
const MISSED_MS = 27_000;

export const liveConsoles: Fault = {
  id: "F25",
  title: "live consoles across kill -9 of the server and a crash of Postgres",
  isInSlice: false,
  run: (lab) =>
    hurt(lab, {
      servers: 1,
      rounds: lab.isWhole ? 4 : 2,
      catchUp: CATCH_UP_MS,
      blow: async (desk, round) => {
        if (round % 2) await crash(lab);
        else desk.server.signal("SIGKILL");
      },
    }),
};

export const liveConsolesOfTwoServers: Fault = {
  id: "F25b",
  title: "the same on two servers, which tell each other by NOTIFY: kills, cut lines, a crash",
  isInSlice: false,
  run: (lab) =>
    hurt(lab, {
      servers: 2,
      rounds: lab.isWhole ? 8 : 4,
      catchUp: CATCH_UP_MS + MISSED_MS,
      blow: async (desk, round) => {
        const [first, second] = desk.servers;
        if (round % 4 === 0) first?.signal("SIGKILL");
        else if (round % 4 === 1) await desk.ask(CUT_LINES, []);
        else if (round % 4 === 2) await crash(lab);
        else second?.signal("SIGKILL");
      },
    }),
};

async function crash(lab: TestBed): Promise<void> {
  await lab.postgres.stop("immediate");
  await sleep(1_000);
  await lab.postgres.start();
}

interface Blows {
  servers: number;
  rounds: number;
  /** Maximum time, in ms, for a message to reach every console. */
  catchUp: number;
  blow(desk: FaultInstallation, round: number): Promise<void>;
}

async function hurt(lab: TestBed, { servers, rounds, catchUp, blow }: Blows): Promise<FaultFinding> {
  const count = lab.isWhole ? 200 : 40;
  await using desk = await lab.open({ servers, load: { retries: 8 } });
  const [account] = desk.accounts;
  const [{ key, organizationId }] = (await desk.ask(ORGANIZATION, [account.connectionNo])) as [
    { key: string; organizationId: string },
  ];
  const cookies = await addSessions(desk.ask, Math.ceil(count / STREAMS_PER_SESSION), {
    organizationId,
    secret: FAULT_AUTH_SECRET,
    publicUrl: FAULT_PUBLIC_URL,
  });
  const [talk] = (await desk.ask(CONVERSATION, [account.connectionNo, faultContactAddress(CONTACT)])) as [
    { id: string },
  ];
  const consoles = Array.from({ length: count }, (_, index) => {
    const { port } = desk.servers[index % servers] ?? desk.server;
    const cookie = cookies[index % cookies.length] ?? "";
    return new ConsoleStream({ port, cookie, conversationId: talk.id });
  });
  const problems: string[] = [];
  const delays: number[] = [];
  const ids = createPublicIds(Buffer.from(key, "base64"))(organizationId);
  const messages = async () =>
    (await desk.ask(MESSAGES, [talk.id])).map((row) => ids.encode("message", Number(row.id)));
  /** Time, in ms, until every console has every message stored now. Null if it exceeds the limit. */
  const caughtUp = async (limit: number) => {
    const [wanted, begin] = [await messages(), performance.now()];
    const isThere = () => consoles.every((one) => wanted.every((id) => one.has(id)));
    if (!(await waitUntil(isThere, limit))) return null;
    return performance.now() - begin;
  };
  if ((await caughtUp(60_000)) === null) problems.push("the consoles did not open");

  const over = new AbortController();
  let number = 0;
  const load = (async () => {
    while (!over.signal.aborted) {
      void desk.load.deliver(incomingWebhook(account, `live ${number++}`, CONTACT));
      await sleep(1_000 / RATE);
    }
  })();
  for (let round = 0; round < rounds; round++) {
    await sleep(2_000);
    const hurt = performance.now();
    await blow(desk, round);
    if ((await desk.recovery(60_000, hurt)) === null) problems.push("not serving again after a minute");
    const delay = await caughtUp(60_000);
    if (delay === null) problems.push("some consoles did not catch up within a minute");
    else delays.push(delay);
  }
  over.abort();
  await load;
  await desk.load.settled();
  if ((await caughtUp(60_000)) === null) problems.push("some consoles miss messages in the end");
  const limit = catchUp + (count * lab.startMilliseconds) / 100;
  for (const late of await lab.over(() => limit, delays))
    problems.push(`caught up only after ${Math.round(late)} ms`);
  const all = await messages();
  for (const one of consoles) one.close();
  // With two servers, a message can be committed after a later one of the other server. Consoles then see it later.
  const isRight = ({ seen }: ConsoleStream) =>
    (servers > 1 ? seen.toSorted((a, b) => all.indexOf(a) - all.indexOf(b)) : seen).join() === all.join();
  const wrong = consoles.filter((one) => !isRight(one)).length;
  if (wrong > 0) problems.push(`${wrong} consoles saw a message twice, none, or out of order`);
  const { acknowledged, events, problems: others } = await desk.check();
  return {
    counts: {
      consoles: count,
      blows: rounds,
      messages: all.length,
      "slowest to catch up, ms": slowestOf(delays),
      acknowledged,
      stored: events,
    },
    problems: [...problems, ...others, ...desk.unexpected(["refused", "cut", 503])],
  };
}

/** Ends the connections on which servers receive notifications. */
const CUT_LINES = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where application_name = 'waystation notices' and datname = current_database()`;

const ORGANIZATION = `
  select (select value from instance where key = 'public_id_key') as key, organization_id as "organizationId"
  from twilio_whatsapp_connections where no = $1::int`;

const CONVERSATION = `
  select c.public_id as id from conversations c where c.connection_no = $1::int and c.address = $2`;

const MESSAGES = `
  select m.id::text as id from messages m join conversations c on c.id = m.conversation_id
  where c.public_id = $1::uuid order by m.id`;
