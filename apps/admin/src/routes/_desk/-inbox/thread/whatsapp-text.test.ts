import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { stripWhatsAppFormatting, WhatsAppText } from "./whatsapp-text.tsx";

const shown = (text: string) =>
  renderToStaticMarkup(createElement(WhatsAppText, { text }))
    .replace(/^<p[^>]*>|<\/p>$/g, "")
    .replace(/ class="[^"]*"/g, "");

test("WhatsApp's marks hold where they embrace words", () => {
  expect(shown("*bold* _italic_ ~gone~ `code`")).toBe(
    "<strong>bold</strong> <em>italic</em> <s>gone</s> <code>code</code>",
  );
  expect(shown("*bold and _both_*!")).toBe("<strong>bold and <em>both</em></strong>!");
  expect(shown("```a *b*\nc```")).toBe("<code>a *b*\nc</code>");
});

test("and are characters like any other elsewhere", () => {
  for (const text of ["2*3*4", "a * b * c", "snake_case_name", "*not\nacross*", "**", "~", "* open", "```"])
    expect(shown(text)).toBe(text);
});

test("links are of http, end before the full stop, and nothing is ever HTML", () => {
  expect(shown("See https://example.org/a_b_c.")).toBe(
    'See <a href="https://example.org/a_b_c" target="_blank" rel="noreferrer">https://example.org/a_b_c</a>.',
  );
  for (const text of ["javascript:alert(1)", "data:text/html,x", "ftp://example.org", "xhttps://example.org"])
    expect(shown(text)).toBe(text);
  expect(shown("<b>x</b>")).toBe("&lt;b&gt;x&lt;/b&gt;");
});

test("a list shows the words without their marks, and what is none as it is", () => {
  expect(stripWhatsAppFormatting("It came *broken and _late_*:\n```see *b*``` https://example.org/a_b")).toBe(
    "It came broken and late:\nsee *b* https://example.org/a_b",
  );
  for (const text of ["2*3*4", "snake_case_name", "", "* open", "<b>x</b>"])
    expect(stripWhatsAppFormatting(text)).toBe(text);
});
