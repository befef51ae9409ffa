import type { IncomingMessageInput } from "../incoming/receive-message.ts";
import { CREATE_ERROR_ENDINGS, FAILED_RECIPIENT_ENDINGS, REJECTED_RECIPIENT_ENDINGS } from "../sentinels.ts";
import type { RandomSource } from "../state/random.ts";
import {
  type SampleLine,
  sampleBoatNames,
  sampleConversations,
  sampleDepartureTimes,
} from "./conversations.ts";
import { type SampleLanguage, samplePeople } from "./people.ts";

/** A message and its time, in milliseconds after opening. */
export type SampleMoment = { at: number; input: Omit<IncomingMessageInput, "to"> };

const minute = 60_000;
export const SAMPLE_DAY_MS = 12 * 60 * minute;

const languages = Object.keys(samplePeople) as SampleLanguage[];

/** Composes a day of messages from about 200 customers, sorted by time. The same seed produces the same day. */
export function composeSampleDay(random: RandomSource, customers = 200): SampleMoment[] {
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random.share() * items.length)] as Item;
  const used = new Set<string>();
  const moments: SampleMoment[] = [];

  for (let index = 0; index < customers; index++) {
    const language = pickLanguage(random.share());
    const { firstNames, lastNames } = samplePeople[language];
    const profileName = `${pick(firstNames)} ${pick(lastNames)}`;
    const from = pickNumber(random, language, used);
    const words = {
      boat: pick(sampleBoatNames),
      time: pick(sampleDepartureTimes),
      people: String(2 + Math.floor(random.share() * 6)),
      number: String(10_000 + Math.floor(random.share() * 80_000)),
    };
    let at = busyMoment(random);
    // Cycles through the scripts, so that every conversation occurs at least once.
    const scripts = sampleConversations[language];
    for (const line of scripts[index % scripts.length] ?? []) {
      moments.push({ at: Math.min(at, SAMPLE_DAY_MS), input: { from, profileName, ...fillIn(line, words) } });
      at += (0.3 + random.share() * 6) * minute;
    }
  }
  return moments.sort((one, other) => one.at - other.at);
}

function pickLanguage(share: number): SampleLanguage {
  const weighted = languages.flatMap((language) =>
    Array<SampleLanguage>(samplePeople[language].weight).fill(language),
  );
  return weighted[Math.floor(share * weighted.length)] ?? "en";
}

/** Picks a time around one of two peaks: before noon and late afternoon. */
function busyMoment(random: RandomSource): number {
  const centre = random.share() < 0.55 ? 2.5 : 9;
  const spread = (random.share() + random.share() + random.share() - 1.5) * 2.6;
  return Math.max(0, Math.min((centre + spread) * 60 * minute, SAMPLE_DAY_MS - 30 * minute));
}

const endings = [
  ...Object.keys(REJECTED_RECIPIENT_ENDINGS),
  ...Object.keys(FAILED_RECIPIENT_ENDINGS),
  ...Object.values(CREATE_ERROR_ENDINGS),
];

/** Customers of a normal day must not have a number that ends in a sentinel. */
function pickNumber(random: RandomSource, language: SampleLanguage, used: Set<string>): string {
  const { numberStart, digits } = samplePeople[language];
  for (;;) {
    const number = `whatsapp:+${numberStart}${String(Math.floor(random.share() * 10 ** digits)).padStart(digits, "0")}`;
    if (used.has(number) || endings.some((ending) => number.endsWith(ending))) continue;
    used.add(number);
    return number;
  }
}

function fillIn(line: SampleLine, words: Record<string, string>): Omit<IncomingMessageInput, "to" | "from"> {
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole);
  if (typeof line === "string") return { kind: "text", body: fill(line) };
  return line.body === undefined ? line : { ...line, body: fill(line.body) };
}
