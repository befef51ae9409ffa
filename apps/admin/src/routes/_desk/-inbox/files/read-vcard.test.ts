import { expect, test } from "vitest";
import { readVCards } from "./read-vcard.ts";

const card = (...lines: string[]) => ["BEGIN:VCARD", ...lines, "END:VCARD", ""].join("\r\n");

test("names, numbers and addresses are read, whichever version wrote them", () => {
  const text = card(
    "VERSION:3.0",
    "N:Doe;Alex;;;",
    "FN:Alex Doe",
    "item1.TEL;type=CELL;waid=15005550123:+1 500 555 0123",
    "TEL;VALUE=uri;TYPE=home:tel:+1-500-555-0124",
    "EMAIL;TYPE=INTERNET:alex@example.org",
    "ORG:Harbour\\, Boats;Rental",
    "PHOTO;ENCODING=b:AAAA",
    " BBBB",
  );
  expect(readVCards(text)).toEqual([
    {
      name: "Alex Doe",
      organization: "Harbour, Boats, Rental",
      phones: ["+1 500 555 0123", "+1-500-555-0124"],
      emails: ["alex@example.org"],
    },
  ]);
});

test("an old card with quoted umlauts, and several in one file", () => {
  const old = card(
    "VERSION:2.1",
    "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=",
    "=B6rg",
    "TEL;CELL:0151 1",
  );
  expect(readVCards(old + card("FN:Two")).map(({ name, phones }) => [name, phones])).toEqual([
    ["Jörg Müller", ["0151 1"]],
    ["Two", []],
  ]);
});

test("a card without a name says so, and what is no card is none", () => {
  expect(readVCards(card("TEL:1"))).toMatchObject([{ name: "No name", phones: ["1"] }]);
  expect(readVCards("<html>FN:Mallory</html>")).toEqual([]);
  expect(readVCards("")).toEqual([]);
});
