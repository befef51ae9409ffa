import { describe, expect, test } from "vitest";
import { LANGUAGE_CODES, updateOptOutSettingsInput } from "./inputs.ts";
import { LANGUAGES } from "./languages.ts";
import { DEFAULT_OPT_OUT_SETTINGS, optOutWordsOf, recogniseOptOut } from "./recognise.ts";

const words = optOutWordsOf(DEFAULT_OPT_OUT_SETTINGS);
const typeOf = (text: string) => recogniseOptOut(text, words)?.type ?? null;

describe("opts out", () => {
  test.each([
    ["Stop!", "STOP.", "stop please", "Please stop", "please, stop!!", "stop, thanks", "Stop 🛑", "🛑STOP🛑"],
    [
      "\u200eSTOP",
      "\ufeffstop",
      "S\u00adTOP",
      "\u2068stop\u2069",
      "ＳＴＯＰ",
      "STÖP",
      "𝐒𝐓𝐎𝐏",
      "*stop*",
      "_Stop_",
    ],
    [
      "“STOP”",
      "'stop'",
      "(stop)",
      "STOP\nSTOP",
      "stop stop stop",
      "S.T.O.P.",
      "s t o p",
      "С Т О П",
      "  Stop \n",
      "¡Stop!",
    ],
    ["opt-out", "Opt out", "UNSUBSCRIBE ME PLEASE", "Stop messaging me, thank you", "stopall", "stop bitte"],
    ["Stopp", "Stopp bitte!", "Abmelden", "keine Nachrichten mehr, danke", "BITTE NICHT MEHR SCHREIBEN"],
    ["baja", "BAJA por favor", "no mas mensajes", "Darme de baja", "parar", "PARE!", "sair", "descadastrar"],
    ["arrêt", "ARRET", "Arre\u0302ter s’il vous plaît", "désabonnez-moi", "stop svp", "disiscrivimi, grazie"],
    ["uitschrijven a.u.b.", "wypisz mnie", "Przestań", "DURDUR", "durdur lütfen", "İPTAL", "iptal", "IPTAL"],
    [
      "СТОП",
      "стоп, пожалуйста",
      "Отписаться",
      "відписатися",
      "Припиніть, будь ласка",
      "توقف",
      "أوقف",
      "اوقف",
    ],
    [
      "إلغاء الاشتراك",
      "توقف من فضلك",
      "הסר",
      "הסירו אותי, תודה",
      "बंद करो",
      "कृपया रोकें",
      "berhenti",
      "tolong hentikan",
    ],
    [
      "停止",
      "请停止",
      "退订！",
      "取消訂閱",
      "停止してください",
      "配信停止お願いします",
      "ストップ",
      "ｽﾄｯﾌﾟ",
      "請 退訂 謝謝",
    ],
    [
      "Sluta!",
      "sluta, tack",
      "afmeld mig",
      "SLUTT",
      "lopeta kiitos",
      "Odhlásit",
      "odhlasit prosim",
      "dezabonare",
    ],
    ["σταμάτα", "ΣΤΑΜΑΤΗΣΤΕ", "στοπ", "oprește", "opreste", "vă rog opriți"],
  ])("%s", (...texts) => {
    for (const text of texts) expect(typeOf(text), text).toBe("stop");
  });
});

test("opts in", () => {
  for (const text of [
    "START",
    "Start!",
    "unstop ",
    "please start",
    "СТАРТ",
    "iniciar",
    "Anmelden bitte",
    "开始",
    "BAŞLA",
  ])
    expect(typeOf(text), text).toBe("start");
});

test("other sentences do neither", () => {
  for (const text of [
    ...[
      "stop by tomorrow",
      "don't stop",
      "Dont stop",
      "can you stop the delivery?",
      "stop it",
      "endless",
      "Weekend",
    ],
    ...[
      "",
      " ",
      "!!!",
      "🛑",
      "please",
      "thanks",
      "danke",
      "谢谢",
      "Stop start",
      "non-stop",
      "bus stop",
      "stops",
      "stop?no",
    ],
    ...[
      "the end",
      "cancel my order",
      "Ich möchte mich nicht abmelden",
      "停止发货",
      "不要停止",
      "停车",
      "pare na esquina",
    ],
    ...[
      "para mañana",
      "baja la música",
      "не стоп",
      "End of the week",
      "why did you stop",
      "please",
      "stop 5",
    ],
    ...[`stop${" please".repeat(50)}`, `${" ".repeat(200)}stop`, "s t a r", "0", "stop@example.com"],
  ])
    expect(typeOf(text), text).toBeNull();
});

test("every word of every language is recognised, and shows its start word", () => {
  for (const code of LANGUAGE_CODES) {
    const { stop, start, polite } = LANGUAGES[code];
    const others = LANGUAGE_CODES.filter((other) => other !== code);
    const only = optOutWordsOf({ ...DEFAULT_OPT_OUT_SETTINGS, languagesOff: others });
    for (const list of [only, words]) {
      for (const word of stop)
        expect(recogniseOptOut(`${word}!`, list)?.type, `${code} ${word}`).toBe("stop");
      for (const word of start)
        expect(recogniseOptOut(word.toUpperCase(), list)?.type, `${code} ${word}`).toBe("start");
    }
    for (const word of polite) {
      expect(recogniseOptOut(`${stop[0]} ${word}`, only)?.startWord, `${code} ${word}`).toBe(start[0]);
      expect(recogniseOptOut(word, words), `${code} ${word}`).toBeNull();
    }
  }
});

test("an organisation turns languages off and adds its own words", () => {
  const own = optOutWordsOf({
    languagesOff: ["en", "de"],
    stopWords: ["Basta così", "🚫 nix"],
    startWords: ["Los!"],
  });
  expect(recogniseOptOut("basta cosi, grazie", own)).toEqual({ type: "stop", startWord: "Los!" });
  expect(recogniseOptOut("NIX", own)?.type).toBe("stop");
  expect(recogniseOptOut("los", own)?.type).toBe("start");
  expect(recogniseOptOut("Abmelden", own)).toBeNull();
  expect(recogniseOptOut("quit", own)).toBeNull();
  // The organisation's own words take precedence over the lists.
  const reversed = optOutWordsOf({ languagesOff: [], stopWords: ["resume"], startWords: ["cancel"] });
  expect(recogniseOptOut("Resume", reversed)?.type).toBe("stop");
  expect(recogniseOptOut("Cancel", reversed)?.type).toBe("start");
});

test("settings name each list's problem", () => {
  const problemOf = (change: object) =>
    updateOptOutSettingsInput.safeParse({ languages: ["en"], stopWords: [], startWords: [], ...change }).error
      ?.issues[0]?.path[0];
  expect(problemOf({})).toBeUndefined();
  expect(problemOf({ languages: ["xx"] })).toBe("languages");
  expect(problemOf({ languages: [] })).toBe("languages");
  expect(problemOf({ languages: [], stopWords: ["Schluss"] })).toBe("languages");
  expect(problemOf({ languages: [], stopWords: ["Schluss"], startWords: ["Weiter"] })).toBeUndefined();
  for (const bad of ["", "🛑", "…", "x".repeat(41)])
    expect(problemOf({ stopWords: [bad] })).toBe("stopWords");
  expect(problemOf({ stopWords: ["Halt!"], startWords: ["ＨＡＬＴ"] })).toBe("startWords");
  expect(problemOf({ startWords: Array(51).fill("a") })).toBe("startWords");
});
