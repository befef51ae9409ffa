import { testDatabases } from "@waystation/db/testing/databases";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listConversations } from "../inbox/list-conversations.ts";
import { createTestInbox } from "../inbox/testing.ts";
import { buildSearchIndex } from "./index-search.ts";

const ADDRESS = "whatsapp:+4915112340001";

describe.each(testDatabases)("on %s", (kind) => {
  let inbox: Awaited<ReturnType<typeof createTestInbox>>;
  beforeEach(async () => {
    inbox = await createTestInbox(kind);
  });
  afterEach(() => inbox[Symbol.asyncDispose]());

  const run = (statement: string) => inbox.desk.store.query<Record<string, unknown>>(statement, []);
  const list = (search: string) => listConversations(inbox.ctx, { filter: "all", search });
  const count = async (search: string) => (await list(search)).items.length;
  /** The state left by a release without the index. */
  const forgetIndex = async () => {
    await run("delete from message_search");
    await run("update contacts set folded_name = null, folded_username = null");
    await run(`insert into instance (key, value) values ('search_index', '{"version":0}')
      on conflict (key) do update set value = excluded.value`);
  };

  test("what was stored before is indexed in steps, the newest first, and the search says how far it is", async () => {
    for (let n = 0; n < 25; n++)
      await inbox.hear(ADDRESS, n === 0 ? "日本語" : `message ${n}`, { ProfileName: "João" });
    await forgetIndex();
    expect(await count("joao")).toBe(0);
    expect((await list("日本語")).searched?.messagesSince).not.toBeNull();

    const stop = new AbortController();
    const steps: number[] = [];
    const onProgress = ({ done }: { done: number }) => {
      steps.push(done);
      if (steps.length === 4) stop.abort();
    };
    await buildSearchIndex(inbox.desk.store, { batch: 5, onProgress, signal: stop.signal });
    expect(await count("joao"), "contacts come first").toBe(1);
    expect(await count("message")).toBe(1);
    const halfWay = await list("日本語");
    expect(halfWay.items).toEqual([]);
    const thread = await inbox.thread(ADDRESS);
    expect(thread.map(({ createdAt }) => createdAt)).toContain(halfWay.searched?.messagesSince);

    await Promise.all([buildSearchIndex(inbox.desk.store, { batch: 5 }), buildSearchIndex(inbox.desk.store)]);
    const after = await list("日本語");
    expect(after.items).toHaveLength(1);
    expect(after.searched?.messagesSince).toBeNull();
    expect(await run("select count(*)::int as count from message_search")).toEqual([{ count: 25 }]);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });

  test("messages that a server of an earlier release stores are added, and names that it changes", async () => {
    await inbox.hear(ADDRESS, "first", { ProfileName: "João" });
    await buildSearchIndex(inbox.desk.store);
    await inbox.hear(ADDRESS, "segundo");
    await run("delete from message_search where words @@ '''segundo'''::tsquery");
    await run("update contacts set name = 'José'");
    expect([await count("segundo"), await count("jose")]).toEqual([0, 0]);
    const [row] = await run("select max(id)::text as id from messages");
    await buildSearchIndex(inbox.desk.store, { checkContacts: true, checkThrough: Number(row?.id) });
    expect([await count("segundo"), await count("jose"), await count("joao")]).toEqual([1, 1, 0]);
  });

  test("a message that goes, or loses its text, takes its words along", async () => {
    await inbox.hear(ADDRESS, "eins");
    await inbox.hear(ADDRESS, "zwei");
    const left = () => run("select words::text as words from message_search order by message_id");
    expect(await left()).toHaveLength(2);
    await run("update messages set body = null where body = 'eins'");
    expect(await left()).toEqual([{ words: "'zwei'" }]);
    await run("delete from messages where body = 'zwei'");
    expect(await left()).toEqual([]);
  });

  test("parts of words are found in the newest messages, and the search says in which", async () => {
    await inbox.hear(ADDRESS, "Kindergarten");
    const before = await list("garten");
    expect(before.items).toHaveLength(1);
    expect(before.searched).toEqual({ messagesSince: null, partsSince: null });
    await run(`insert into message_search (organization_no, message_id, conversation_id, words)
      select organization_no, message_id + 5000 - n, conversation_id, '''other'''::tsvector
      from message_search, generate_series(0, 4999) n`);
    await run(`insert into messages (id, organization_no, connection_no, conversation_id, is_incoming, kind, status, at, body)
      select m.id + n, m.organization_no, m.connection_no, m.conversation_id, true, 1, 0, m.at + n * interval '1 second', 'other'
      from messages m, generate_series(1, 5000) n`);
    await run("select setval('twilio_whatsapp_webhook_events_id_seq', (select max(id) from messages))");
    const after = await list("garten");
    expect(after.items).toEqual([]);
    const [oldest] = await run("select min(at)::text as at from messages where body = 'other'");
    expect(after.searched?.partsSince).toBe(new Date(String(oldest?.at)).toISOString());
    expect(await count("kindergarten"), "whole words are found in all").toBe(1);
    expect((await list("日本")).searched, "where letters are words there is no limit").toEqual({
      messagesSince: null,
      partsSince: null,
    });
  });
});
