import { readFileSync } from "node:fs";
import { isBlank } from "@waystation/core/text";
import { expect, test } from "vitest";
import { projectWebhook } from "../projection.ts";
import { readInteractiveFields } from "./interactive-data.ts";
import { kindOfMessage } from "./message-kind.ts";
import { readChoice, readLocation, readReferral } from "./message-parts.ts";
import { previewOf, summarySentenceOf } from "./message-summary.ts";

type Params = Record<string, string>;
const reader = (params: Params) => (name: string) => params[name] || null;
const payloads: { name: string; params: Params }[] = JSON.parse(
  readFileSync(new URL("../../../../../fixtures/twilio/incoming-messages.json", import.meta.url), "utf8"),
);

function summaryOf(params: Params) {
  const first = reader(params);
  const kind = kindOfMessage(first);
  return [kind, summarySentenceOf(kind, first), previewOf(kind, first)];
}

test("every collected payload is told in a line that a person reads", () => {
  expect(payloads.length).toBeGreaterThan(30);
  for (const { name, params } of payloads) {
    const [kind, sentence, preview] = summaryOf(params);
    expect(isBlank(sentence), name).toBe(false);
    expect(isBlank(preview), name).toBe(false);
    expect(sentence, name).not.toMatch(/[{}"]|flow_token|abcd1234/);
    expect(kind, name).not.toBe("unknown");
  }
});

const order = {
  catalog_id: "194836987003835",
  text: "Please gift-wrap",
  product_items: [
    { product_retailer_id: "MUG-1", quantity: 2, item_price: 9.5, currency: "EUR" },
    { product_retailer_id: "TEA", quantity: "1", item_price: "4", currency: "EUR", note: "green" },
  ],
};

test.for<[string, Params, string, string]>([
  ["a list without its id", { ListTitle: "Large", ListDescription: "12 cups" }, "list", "Large"],
  ["a list's id alone", { ListId: "size-l" }, "list", "size-l"],
  ["a list's description alone", { ListDescription: "12 cups" }, "list", "12 cups"],
  ["a button's payload alone", { ButtonPayload: "yes-1" }, "button", "yes-1"],
  ["spaces", { Body: "  \n " }, "text", "Message without text"],
  [
    "invisible characters",
    { Body: "\u200B\u2060\uFE0F", MessageType: "text" },
    "text",
    "Message without text",
  ],
  [
    "an advertisement alone",
    { MessageType: "text", Body: " ", ReferralSourceId: "1", ReferralCtwaClid: "c" },
    "text",
    "Message from an advertisement",
  ],
  [
    "an allowed call",
    {
      Body: "VOICE_CALL_REQUEST",
      ButtonText: "VOICE_CALL_REQUEST",
      ButtonPayload: "ACCEPTED",
      MessageType: "interactive",
    },
    "call",
    "Allowed you to call",
  ],
  [
    "a declined call",
    { Body: "VOICE_CALL_REQUEST", ButtonText: "VOICE_CALL_REQUEST", ButtonPayload: "REJECTED" },
    "call",
    "Declined your request to call",
  ],
  [
    "another answer to it",
    { ButtonText: "VOICE_CALL_REQUEST", ButtonPayload: "LATER" },
    "call",
    "Answered your request to call: LATER",
  ],
  ["a reaction", { MessageType: "reaction", Body: "👍🏽" }, "reaction", "Reacted with 👍🏽"],
  ["a removed reaction", { MessageType: "reaction", Body: "" }, "reaction", "Removed a reaction"],
  ["an order without items", { MessageType: "order" }, "order", "Order"],
  ["a vote", { MessageType: "poll_vote" }, "unknown", "Message of kind “poll_vote”"],
  [
    "a vote with words",
    { MessageType: "poll_vote", Body: "Pizza" },
    "unknown",
    "Message of kind “poll_vote”: Pizza",
  ],
  ["a kind in a strange script", { MessageType: "\u202Eevil" }, "unknown", "Message of kind “evil”"],
  ["nothing at all", {}, "text", "Message without text"],
  ["an envelope around nothing", { MessageType: "interactive" }, "unknown", "Message of kind “interactive”"],
  ["a place", { Latitude: "52.3", Longitude: "4.7", Label: "Office" }, "location", "Location: Office"],
  ["a place without a name", { Latitude: "52.3", Longitude: "4.7" }, "location", "Location: 52.3, 4.7"],
  [
    "a nonsense place",
    { MessageType: "location", Latitude: "abc", Longitude: "999" },
    "location",
    "Location: abc, 999",
  ],
  ["half a place", { Latitude: "52.3" }, "location", "Location: 52.3, ?"],
  ["a place that is not there", { MessageType: "location" }, "location", "Location"],
  [
    "a live location",
    { MessageType: "live_location", Latitude: "1", Longitude: "2" },
    "location",
    "Live location: 1, 2",
  ],
  ["a photo", { MediaContentType0: "image/jpeg", MediaUrl0: "x" }, "image", "Photo"],
  ["a photo without its type", { MessageType: "image", MediaUrl0: "x" }, "image", "Photo"],
  [
    "a named document",
    { MessageType: "document", MediaContentType0: "application/pdf", Body: "a.pdf" },
    "document",
    "Document: a.pdf",
  ],
  ["a sticker", { MessageType: "sticker", MediaContentType0: "image/webp" }, "sticker", "Sticker"],
  ["a deleted message", { MessageType: "revoked" }, "unknown", "Message of kind “revoked”"],
])("%s", ([, params, kind, sentence]) => {
  expect(summaryOf(params).slice(0, 2)).toEqual([kind, sentence]);
});

test("a preview is never empty, and a name of nothing is none", () => {
  const values = new Map(
    Object.entries({ From: "whatsapp:+1", To: "whatsapp:+2", Body: " ", ProfileName: "\u200B" }),
  );
  expect(projectWebhook(values)).toMatchObject({ preview: "Message without text", name: null, body: " " });
});

test("what is nested is read as fields, and the flow's own handle as none", () => {
  const first = reader(payloads.find(({ params }) => params.FlowData)?.params ?? {});
  expect(kindOfMessage(first)).toBe("flow");
  const answers = [
    { name: "Choose all that apply", value: "A new outfit" },
    { name: "Choose one", value: "Wear the same as usual" },
    { name: "Choose all that apply", value: "Buy it right away" },
  ];
  expect(readInteractiveFields(first("FlowData"), first("InteractiveData"))).toEqual(answers);
  const nested = {
    type: "nfm_reply",
    nfm_reply: {
      name: "address",
      response_json: JSON.stringify({
        flow_token: "t",
        flowToken: "t",
        values: { city: "Köln", floors: [1, 2] },
        agreed: true,
      }),
    },
  };
  expect(readInteractiveFields(null, JSON.stringify(nested))).toEqual([
    { name: "Name", value: "address" },
    { name: "Values › City", value: "Köln" },
    { name: "Values › Floors", value: "1, 2" },
    { name: "Agreed", value: "Yes" },
  ]);
  expect(readInteractiveFields("just words", null)).toEqual([{ name: "Answer", value: "just words" }]);
  expect(readInteractiveFields('{"flow_token":"t"}', null)).toEqual([]);
});

test("an order is its items", () => {
  const data = JSON.stringify({ type: "order", order });
  expect(kindOfMessage(reader({ InteractiveData: data }))).toBe("order");
  expect(readInteractiveFields(null, data)).toEqual([
    { name: "Catalog id", value: "194836987003835" },
    { name: "Text", value: "Please gift-wrap" },
    { name: "Item 1", value: "MUG-1 × 2, 9.5 EUR" },
    { name: "Item 2", value: "TEA × 1, 4 EUR, Note: green" },
  ]);
  const list = { type: "list_reply", list_reply: { id: "r1", title: "Large", description: "12 cups" } };
  const params = reader({ InteractiveData: JSON.stringify(list) });
  expect(kindOfMessage(params)).toBe("list");
  expect(readChoice(params)).toMatchObject({ title: "Large", description: "12 cups", payload: "r1" });
});

test("data that is made to hurt ends", () => {
  const deep = "[".repeat(8_000) + "]".repeat(8_000);
  expect(readInteractiveFields(deep, `{"a":${deep}}`).length).toBeLessThan(3);
  expect(kindOfMessage(reader({ InteractiveData: deep }))).toBe("flow");
  const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 900 }, (_, no) => [`q${no}`, "x"])));
  expect(readInteractiveFields(wide).length).toBeLessThan(70);
});

test("coordinates are numbers only where they are a place", () => {
  expect(readLocation(reader({ Latitude: "-90", Longitude: "180.0" }))).toMatchObject({
    latitude: -90,
    longitude: 180,
  });
  for (const [Latitude, Longitude] of [
    ["91", "0"],
    ["0", "-181"],
    ["1e1", "0"],
    ["0x1", "0"],
    ["NaN", "0"],
    [" ", "5"],
  ] as const)
    expect(readLocation(reader({ Latitude, Longitude })), Latitude).toMatchObject({
      latitude: null,
      longitude: null,
    });
  expect(readLocation(reader({ Body: "no place" }))).toBeNull();
});

test("an advertisement keeps every part that Twilio names", () => {
  const { params } = payloads.find((one) => one.params.ReferralMediaUrl) ?? { params: {} };
  const referral = readReferral(reader(params));
  expect(Object.values(referral ?? {}).filter((part) => part === null)).toEqual([]);
  expect(readReferral(reader({ ReferralCtwaClid: "c1", ReferralNumMedia: "0" }))).toMatchObject({
    clickId: "c1",
    headline: null,
  });
  expect(readReferral(reader({ ReferralNumMedia: "0", ReferralMediaId: "" }))).toBeNull();
});
