import { sleep, until } from "../clock.ts";
import { Console } from "../console.ts";
import { type Fault, slowest } from "../fault.ts";
import { signedIn } from "../owner.ts";
import { contactAddress, incoming } from "../world.ts";

const CONTACT = 0;
/** Messages a second: a busy conversation. */
const RATE = 4;
/** After the first webhook is answered again, each console must have all that was answered by then. */
const CATCH_UP_MS = 3_000;

export const liveConsoles: Fault = {
  id: "F25",
  title: "live consoles across kill -9 of the server and a crash of Postgres",
  isInSlice: false,
  async run(lab) {
    const [count, rounds] = lab.isWhole ? [200, 4] : [40, 2];
    await using desk = await lab.open({ load: { retries: 8 } });
    const [account] = desk.accounts;
    const { cookie } = await signedIn(desk.server.port);
    await desk.ask(JOIN, [account.connectionNo]);
    const [talk] = (await desk.ask(CONVERSATION, [account.connectionNo, contactAddress(CONTACT)])) as [
      { id: string },
    ];
    const reading = { port: desk.server.port, cookie, conversationId: talk.id };
    const consoles = Array.from({ length: count }, () => new Console(reading));
    const problems: string[] = [];
    const delays: number[] = [];
    const messages = async () =>
      (await desk.ask(MESSAGES, [talk.id])).map((row) => (row as { id: string }).id);
    /** How long it takes until every console has every message that is stored now. */
    const caughtUp = async (limit: number) => {
      const [wanted, begin] = [await messages(), performance.now()];
      const isThere = () => consoles.every((one) => wanted.every((id) => one.has(id)));
      if (!(await until(isThere, limit))) return null;
      return performance.now() - begin;
    };
    if ((await caughtUp(60_000)) === null) problems.push("the consoles did not open");

    const over = new AbortController();
    let number = 0;
    const load = (async () => {
      while (!over.signal.aborted) {
        void desk.load.deliver(incoming(account, `live ${number++}`, CONTACT));
        await sleep(1_000 / RATE);
      }
    })();
    for (let round = 0; round < rounds; round++) {
      await sleep(2_000);
      const hurt = performance.now();
      if (round % 2) {
        await lab.postgres.stop("immediate");
        await sleep(1_000);
        await lab.postgres.start();
      } else desk.server.signal("SIGKILL");
      if ((await desk.recovery(60_000, hurt)) === null) problems.push("not serving again after a minute");
      const delay = await caughtUp(60_000);
      if (delay === null) problems.push("some consoles did not catch up within a minute");
      else delays.push(delay);
    }
    over.abort();
    await load;
    await desk.load.settled();
    if ((await caughtUp(60_000)) === null) problems.push("some consoles miss messages in the end");
    const limit = CATCH_UP_MS + (count * lab.startMilliseconds) / 100;
    for (const late of await lab.over(() => limit, delays))
      problems.push(`caught up only after ${Math.round(late)} ms`);
    const all = await messages();
    for (const one of consoles) one.close();
    const wrong = consoles.filter((one) => one.seen.join() !== all.join()).length;
    if (wrong > 0) problems.push(`${wrong} consoles saw a message twice, none, or out of order`);
    const { acknowledged, events, problems: others } = await desk.check();
    return {
      counts: {
        consoles: count,
        "kills and crashes": rounds,
        messages: all.length,
        "slowest to catch up, ms": slowest(delays),
        acknowledged,
        stored: events,
      },
      problems: [...problems, ...others, ...desk.unexpected(["refused", "cut", 503])],
    };
  },
};

/** The one who signed in joins the organisation of the connection, and acts for it. */
const JOIN = `
  with joined as (
    insert into members (id, organization_id, user_id, role)
    select gen_random_uuid(), c.organization_id, u.id, 'owner' from twilio_whatsapp_connections c, users u where c.no = $1::int
    returning organization_id, user_id
  )
  update sessions s set active_organization_id = j.organization_id from joined j where s.user_id = j.user_id`;

const CONVERSATION = `
  select c.public_id as id from conversations c where c.connection_no = $1::int and c.address = $2`;

const MESSAGES = `
  select m.id::text as id from messages m join conversations c on c.id = m.conversation_id
  where c.public_id = $1::uuid order by m.id`;
