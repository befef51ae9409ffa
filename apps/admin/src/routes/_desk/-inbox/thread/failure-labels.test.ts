import { expect, test } from "vitest";
import { failureLabelOf, failureLabels, whatsappChatUrl } from "./failure-labels.ts";

/** Every code by which Twilio is known to refuse a WhatsApp message, at once or later. */
const CODES = [
  20003, 20005, 20403, 20404, 20422, 20429, 21211, 21212, 21408, 21602, 21603, 21604, 21606, 21608, 21609,
  21610, 21614, 21617, 21620, 21654, 21655, 21656, 21658, 21701, 21703, 21704, 21910, 63001, 63003, 63005,
  63007, 63010, 63012, 63013, 63015, 63016, 63018, 63019, 63020, 63021, 63024, 63027, 63028, 63030, 63032,
  63033, 63034, 63038, 63040, 63041, 63042, 63049, 63051, 63062, 70051,
];

test.each(CODES)("%i has plain words and one thing to do", (errorCode) => {
  const failure = failureLabelOf({ status: "failed", errorCode, problem: "What Twilio wrote" });
  expect(failure?.words).toMatch(/^[A-Z].*\.$/);
  expect(failure?.words).not.toContain("What Twilio wrote");
  expect(failure?.words).not.toMatch(/\d{5}|channel|HTTP|invalid parameter/i);
  if (failure?.remedy === null) expect(failure.words).toContain("Wait until");
});

test.each(Object.entries(failureLabels))("%s leads nowhere but to known hosts", (_code, { remedy }) => {
  if (remedy === null || typeof remedy === "string") return;
  expect(new URL(remedy.href).host).toMatch(
    /^(console\.twilio\.com|help\.twilio\.com|business\.facebook\.com|business\.whatsapp\.com)$/,
  );
});

test("an unknown code shows what Twilio wrote, and leads to its page", () => {
  expect(failureLabelOf({ status: "undelivered", errorCode: 63999, problem: null })).toEqual({
    words: "WhatsApp did not deliver it.",
    remedy: { label: "See what Twilio says of it", href: "https://www.twilio.com/docs/api/errors/63999" },
  });
  expect(failureLabelOf({ status: "failed", errorCode: 29999, problem: "Something new" })?.words).toBe(
    "Something new",
  );
});

test("without a code it says why, and can be sent again", () => {
  const problem = "Twilio never received it. You can send it again.";
  expect(failureLabelOf({ status: "failed", errorCode: null, problem })).toEqual({
    words: problem,
    remedy: "again",
  });
});

test("what has not failed has no words, whatever its code", () => {
  for (const status of ["queued", "sent", "read", "uncertain"])
    expect(failureLabelOf({ status, errorCode: 63016, problem: null })).toBeNull();
});

test("only a number has a page", () => {
  expect(whatsappChatUrl("whatsapp:+4915112345678")).toBe("https://wa.me/4915112345678");
  expect(whatsappChatUrl("whatsapp:US.13491208655302741918")).toBeNull();
});
