import { expect, test } from "vitest";
import { hashPassword, passwordProblem, verifyPassword } from "./password-hash.ts";

const email = "mia@example.com";

test.each([
  ["", "at least 12"],
  ["elevenchars", "at least 12"],
  ["👩‍👩‍👧", "at least 12"],
  ["x".repeat(129), "at most 128"],
  ["password1234", "attackers"],
  ["PassWord1234", "attackers"],
  [" qwertyuiop123 ", "attackers"],
  ["ｐａｓｓｗｏｒｄ1234", "attackers"],
  ["abababababababab", "attackers"],
  ["000000000000", "attackers"],
  ["MIA@example.com", "not your e-mail"],
  ["Waystation2026!", "name of this program"],
  ["whatsapp-twilio-1", "name of this program"],
  ["mia.example.2026", "parts of your e-mail"],
])("%j is refused", (password, why) => {
  expect(passwordProblem(password, email)).toContain(why);
});

test.each([
  "correct horse battery",
  "zwölf Zeichen",
  "пароль из слов",
  "p4ssw0rd-but-long",
  "whatsapp for my florist",
])("%j will do", (password) => {
  expect(passwordProblem(password, email)).toBeNull();
});

test("a password that is the name before the @ is refused", () => {
  expect(passwordProblem("maximilian.mustermann", "maximilian.mustermann@example.com")).toContain(
    "not your e-mail",
  );
});

test("a hash opens for its password alone, however its letters were composed", async () => {
  const composed = "Grüße aus Köln".normalize("NFC");
  const hash = await hashPassword(composed);
  expect(hash).not.toBe(await hashPassword(composed));
  expect(await verifyPassword({ hash, password: composed.normalize("NFD") })).toBe(true);
  expect(await verifyPassword({ hash, password: `${composed} ` })).toBe(false);
  expect(await verifyPassword({ hash, password: "" })).toBe(false);
});
