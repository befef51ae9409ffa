import type { IncomingInput } from "../incoming/receive-message.ts";
import { CREATE_ENDINGS, FAILING_ENDINGS, REFUSED_ENDINGS } from "../sentinels.ts";
import type { Random } from "../state/random.ts";
import { boats, conversations, type Line, times } from "./conversations.ts";
import { type Language, people } from "./people.ts";

/** A message and the moment of the day at which it comes, in milliseconds after opening. */
export type Moment = { at: number; input: Omit<IncomingInput, "to"> };

const minute = 60_000;
export const dayLength = 12 * 60 * minute;

const languages = Object.keys(people) as Language[];

/** A day of some two hundred customers, in the order of time. The same seed makes the same day. */
export function composeDay(random: Random, customers = 200): Moment[] {
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random.share() * items.length)] as Item;
  const used = new Set<string>();
  const moments: Moment[] = [];

  for (let index = 0; index < customers; index++) {
    const language = pickLanguage(random.share());
    const { firstNames, lastNames } = people[language];
    const profileName = `${pick(firstNames)} ${pick(lastNames)}`;
    const from = pickNumber(random, language, used);
    const words = {
      boat: pick(boats),
      time: pick(times),
      people: String(2 + Math.floor(random.share() * 6)),
      number: String(10_000 + Math.floor(random.share() * 80_000)),
    };
    let at = busyMoment(random);
    // Every conversation turns up once before chance decides.
    const scripts = conversations[language];
    for (const line of scripts[index % scripts.length] ?? []) {
      moments.push({ at: Math.min(at, dayLength), input: { from, profileName, ...fillIn(line, words) } });
      at += (0.3 + random.share() * 6) * minute;
    }
  }
  return moments.sort((one, other) => one.at - other.at);
}

function pickLanguage(share: number): Language {
  const weighted = languages.flatMap((language) => Array<Language>(people[language].weight).fill(language));
  return weighted[Math.floor(share * weighted.length)] ?? "en";
}

/** Two rushes, before noon and in the late afternoon. */
function busyMoment(random: Random): number {
  const centre = random.share() < 0.55 ? 2.5 : 9;
  const spread = (random.share() + random.share() + random.share() - 1.5) * 2.6;
  return Math.max(0, Math.min((centre + spread) * 60 * minute, dayLength - 30 * minute));
}

const endings = [
  ...Object.keys(REFUSED_ENDINGS),
  ...Object.keys(FAILING_ENDINGS),
  ...Object.values(CREATE_ENDINGS),
];

/** Customers of a normal day must not end in a sentinel. */
function pickNumber(random: Random, language: Language, used: Set<string>): string {
  const { numberStart, digits } = people[language];
  for (;;) {
    const number = `whatsapp:+${numberStart}${String(Math.floor(random.share() * 10 ** digits)).padStart(digits, "0")}`;
    if (used.has(number) || endings.some((ending) => number.endsWith(ending))) continue;
    used.add(number);
    return number;
  }
}

function fillIn(line: Line, words: Record<string, string>): Omit<IncomingInput, "to" | "from"> {
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole);
  if (typeof line === "string") return { kind: "text", body: fill(line) };
  return line.body === undefined ? line : { ...line, body: fill(line.body) };
}
