import { expect, test } from "vitest";
import { formatAddress } from "./format.ts";
import { isInvisible, visibleName, visibleText } from "./visible-text.ts";

test("a name that is written backwards reads forwards, and stays one line", () => {
  expect(visibleName("\u202Egpj.exe")).toBe("gpj.exe");
  expect(visibleName("Anna\u2067 \n Becker\u2069")).toBe("Anna  Becker");
  expect(visibleName(" \u200B\u2060\u3164 ")).toBe("");
  expect(visibleName("علي")).toBe("علي");
});

test("a text loses its overrides and nothing else", () => {
  expect(visibleText("a\u202Db\u202Cc\n👩‍🚀 שלום\u200F!")).toBe("abc\n👩‍🚀 שלום\u200F!");
});

test("what nobody sees is blank", () => {
  for (const text of ["", " \t\n", "\u00A0\u3000", "\u200B\u200D\uFEFF", "\u2800", "\u3164", "\uFE0F"])
    expect(isInvisible(text), JSON.stringify(text)).toBe(true);
  for (const text of [".", "👍🏽", "❤️", "0", "، "]) expect(isInvisible(text), text).toBe(false);
});

test("a user id is told by its end: many begin alike", () => {
  expect(formatAddress("whatsapp:DE.7712345678342942")).toBe("WhatsApp user …342942");
  expect(formatAddress("whatsapp:US.ENT.9081726354")).toBe("WhatsApp user …726354");
  expect(formatAddress("whatsapp:US.AB12")).toBe("WhatsApp user …AB12");
  expect(formatAddress("whatsapp:+4915112345678")).toBe("+49 151 123 45678");
});
