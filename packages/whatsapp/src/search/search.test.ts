import { createTestStore, createTestStoreWithLocale } from "@waystation/db/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listConversations } from "../inbox/list-conversations.ts";
import { createTestInbox } from "../inbox/testing.ts";
import { rebuildProjection } from "../webhooks/rebuild.ts";

type Inbox = Awaited<ReturnType<typeof createTestInbox>>;

/** Results must not depend on the database's locale: which characters are letters, and how they change case. */
const places = [
  ["embedded", () => createTestStore("embedded")],
  ["postgres", () => createTestStore("postgres")],
  [
    "postgres, LC_CTYPE=C",
    () => createTestStoreWithLocale("locale_provider libc lc_collate 'C' lc_ctype 'C'"),
  ],
  [
    "postgres, in Turkish",
    () => createTestStoreWithLocale("locale_provider icu icu_locale 'tr-TR' lc_collate 'C' lc_ctype 'C'"),
  ],
] as const;

const NAMES = {
  "whatsapp:+4915112340001": "João Pessoa",
  "whatsapp:+34600000002": "José Núñez".normalize("NFD"),
  "whatsapp:+8613800000003": "王小明",
  "whatsapp:+905320000004": "ÖZGÜR IŞIK",
  "whatsapp:+201000000005": "مُحَمَّد",
  "whatsapp:+493000000006": "Straßenbäckerei Groß",
  "whatsapp:+302100000007": "ΟΔΥΣΣΕΥΣ",
  "whatsapp:+817000000008": "ﾊﾝﾊﾞｰｶﾞｰ",
  "whatsapp:+79160000009": "Фёдор",
  "whatsapp:+821000000010": "김한국".normalize("NFD"),
  "whatsapp:+660000000011": "สมชาย",
  "whatsapp:+15550000012": "Taxi 0151 777-8889",
  "whatsapp:+15550000013": "Ma\u200dria \u202eO’Brien",
};

const MESSAGES: [address: string, body: string][] = [
  ["whatsapp:+4915112340001", "Olá, o ORÇAMENTO está pronto? Ligue: (0151) 9988-7766"],
  ["whatsapp:+34600000002", "El ni\u006e\u0303o llega man\u0303ana a las ١٢"],
  ["whatsapp:+8613800000003", "日本語の本を読みました。100％OK"],
  ["whatsapp:+905320000004", "İyi günler, SIĞINAK nerede?"],
  ["whatsapp:+201000000005", "متى يفتح المكتـــب؟ رقم ٠١٢٣"],
  ["whatsapp:+493000000006", "Der Fußweg ist gesperrt 🎉"],
  ["whatsapp:+817000000008", "日本と本語"],
  ["whatsapp:+821000000010", "서울시청에서 만나요"],
  ["whatsapp:+660000000011", "ร้านเปิดกี่โมง"],
];

describe.each(places)("on %s", (_, createStore) => {
  let inbox: Inbox;
  beforeAll(async () => {
    inbox = await createTestInbox(await createStore());
    for (const [address, ProfileName] of Object.entries(NAMES))
      await inbox.hear(address, "Hello", { ProfileName });
    for (const [address, body] of MESSAGES) await inbox.hear(address, body);
  });
  afterAll(() => inbox[Symbol.asyncDispose]());

  const search = async (text: string) =>
    (await listConversations(inbox.ctx, { filter: "all", search: text, limit: 100 })).items;
  const found = async (text: string) => (await search(text)).map(({ contact }) => contact.address).toSorted();
  const named = (name: string) => Object.entries(NAMES).find(([, each]) => each === name)?.[0] ?? "";

  test.each([
    ["Joao", "João Pessoa"],
    ["JOÃO PESSOA", "João Pessoa"],
    ["pessoa joao", "João Pessoa"],
    ["oão", "João Pessoa"],
    ["José", "José Núñez".normalize("NFD")],
    ["Jose\u0301", "José Núñez".normalize("NFD")],
    ["nunez", "José Núñez".normalize("NFD")],
    ["小明", "王小明"],
    ["明", "王小明"],
    ["王小明", "王小明"],
    ["özgür", "ÖZGÜR IŞIK"],
    ["ozgur isik", "ÖZGÜR IŞIK"],
    ["ışık", "ÖZGÜR IŞIK"],
    ["محمد", "مُحَمَّد"],
    ["محـمد", "مُحَمَّد"],
    ["STRASSENBACKEREI", "Straßenbäckerei Groß"],
    ["gross", "Straßenbäckerei Groß"],
    ["GROẞ", "Straßenbäckerei Groß"],
    ["οδυσσεύς", "ΟΔΥΣΣΕΥΣ"],
    ["バーガー", "ﾊﾝﾊﾞｰｶﾞｰ"],
    ["федор", "Фёдор"],
    ["한국", "김한국".normalize("NFD")],
    ["ชาย", "สมชาย"],
    ["maria o'brien", "Ma\u200dria \u202eO’Brien"],
    ["０１５１", "Taxi 0151 777-8889"],
    ["ta", "Taxi 0151 777-8889"],
  ])("%s finds the contact %s", async (text, name) => {
    expect(await found(text)).toContain(named(name));
  });

  test.each([
    ["か", "voiced kana are other letters"],
    ["oa", "of two letters only a beginning is found"],
    ["%", "no letter stands for others"],
    ["_aria", "nor does this"],
    ["\u200b", "nothing but an invisible mark"],
    ["' | \\", "what means something to a database means nothing here"],
  ])("%s finds no name: %s", async (text) => {
    const names = (await search(text)).filter(({ matchedText }) => matchedText === null);
    expect(names).toEqual([]);
  });

  test.each([
    "+49 151 12340001",
    "+4915112340001",
    "0151 12340001",
    "0049 151 12340001",
    "004915112340001",
    "(0151) 1234-0001",
    "0151/12340001",
    "+49 (0)151 1234 0001",
    "٠١٥١ ١٢٣٤٠٠٠١",
    "1234 0001",
    "12340001",
    "0001",
    "5112",
    "whatsapp:+4915112340001",
    "+４９１５１１２３４０００１",
  ])("%s finds the number +4915112340001", async (text) => {
    expect(await found(text)).toContain("whatsapp:+4915112340001");
  });

  test.each(["7778889", "0151 7778889", "+49 151 777 8889", "777-8889"])(
    "%s finds the number in a name",
    async (text) => {
      expect(await found(text)).toContain("whatsapp:+15550000012");
    },
  );

  test.each([
    ["0151 99887766", "whatsapp:+4915112340001"],
    ["+49 151 9988 7766", "whatsapp:+4915112340001"],
    ["99887766", "whatsapp:+4915112340001"],
    ["orcamento", "whatsapp:+4915112340001"],
    ["niño mañana", "whatsapp:+34600000002"],
    ["NINO", "whatsapp:+34600000002"],
    ["12", "whatsapp:+34600000002"],
    ["日本語", "whatsapp:+8613800000003"],
    ["読み", "whatsapp:+8613800000003"],
    ["本", "whatsapp:+8613800000003"],
    ["100%", "whatsapp:+8613800000003"],
    ["iyi", "whatsapp:+905320000004"],
    ["sığınak", "whatsapp:+905320000004"],
    ["SIGINAK", "whatsapp:+905320000004"],
    ["مكتب", "whatsapp:+201000000005"],
    ["0123", "whatsapp:+201000000005"],
    ["fussweg", "whatsapp:+493000000006"],
    ["🎉", "whatsapp:+493000000006"],
    ["시청", "whatsapp:+821000000010"],
    ["เปิด", "whatsapp:+660000000011"],
  ])("%s finds the message of %s", async (text, address) => {
    const hit = (await search(text)).find(({ contact }) => contact.address === address);
    expect(hit?.matchedText).toBeTruthy();
    expect(hit?.matchedRanges.length).toBeGreaterThan(0);
  });

  test("letters of a run are found side by side only", async () => {
    expect(await found("日本語")).toEqual(["whatsapp:+8613800000003"]);
  });

  test("the line that matched comes with what to highlight and its message", async () => {
    await inbox.hear("whatsapp:+4915112340001", "First line\nIsto é do Joa\u0303o, e da JOAO\nlast");
    const [hit] = await search("joao da");
    const { matchedText = "", matchedRanges = [], matchedMessageId } = hit ?? {};
    expect(matchedText).toBe("Isto é do Joa\u0303o, e da JOAO");
    expect(matchedRanges.map(([start, end]) => matchedText?.slice(start, end))).toEqual([
      "Joa\u0303o",
      "da",
      "JOAO",
    ]);
    const [newest] = await inbox.thread("whatsapp:+4915112340001");
    expect(matchedMessageId).toBe(newest?.id);
    const [contact] = await search("pess");
    expect(contact).toMatchObject({ matchedText: null, matchedMessageId: null, matchedRanges: [] });
    expect(contact?.nameRanges).toEqual([[5, 9]]);
  });

  test("what was written here is found, and who has another name", async () => {
    await inbox.say("whatsapp:+79160000009", "Ваш заказ в понедельник");
    expect(await found("ПОНЕДЕЛЬНИК")).toEqual(["whatsapp:+79160000009"]);
    await inbox.hear("whatsapp:+79160000009", "…", { ProfileName: "Жюль" });
    expect(await found("жюль")).toEqual(["whatsapp:+79160000009"]);
    expect(await found("федор")).toEqual([]);
  });

  test("rebuilding makes the same words", async () => {
    const words = () =>
      inbox.desk.store.query<{ id: string; words: string }>(
        "select message_id::text as id, conversation_id::text, words::text as words from message_search order by 1",
        [],
      );
    const before = await words();
    expect(before.length).toBeGreaterThan(MESSAGES.length);
    await rebuildProjection(inbox.desk.store);
    expect(await words()).toEqual(before);
  });
});
