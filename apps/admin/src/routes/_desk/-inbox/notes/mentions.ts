interface MentionableMember {
  userId: string;
  name: string;
}

const escaped = (name: string) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** `@Name` as a whole word; of "Ann" and "Ann Lee" the longer one. Null when there is nobody to mention. */
function patternOf(people: readonly MentionableMember[]): RegExp | null {
  const names = [...new Set(people.map(({ name }) => name))].sort((a, b) => b.length - a.length);
  if (names.length === 0) return null;
  return new RegExp(`(?<![\\p{L}\\p{N}])@(${names.map(escaped).join("|")})(?![\\p{L}\\p{N}])`, "gu");
}

/** Whom a text mentions. */
export function mentionedUserIds(text: string, people: readonly MentionableMember[]): string[] {
  const pattern = patternOf(people);
  if (!pattern) return [];
  const names = new Set([...text.matchAll(pattern)].map(([, name]) => name));
  return people.filter(({ name }) => names.has(name)).map(({ userId }) => userId);
}

/** A text in pieces: every second one is a mention, with its `@`. */
export function splitAtMentions(text: string, people: readonly MentionableMember[]): string[] {
  const pattern = patternOf(people);
  if (!pattern) return [text];
  const pieces: string[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    pieces.push(text.slice(at, match.index), match[0]);
    at = match.index + match[0].length;
  }
  return [...pieces, text.slice(at)];
}

/** What stands after the `@` that the caret is at; null when it is at none. */
export function mentionQueryAt(text: string, caret: number): string | null {
  return /(?:^|[\s(])@([\p{L}\p{N}.'’ -]{0,40})$/u.exec(text.slice(0, caret))?.[1] ?? null;
}

/** Those of whose names some word begins so. */
export function matchingMembers<Person extends MentionableMember>(
  people: readonly Person[],
  begun: string,
): Person[] {
  const wanted = begun.toLowerCase();
  return people.filter(({ name }) => {
    const whole = name.toLowerCase();
    return whole.startsWith(wanted) || whole.split(/\s+/).some((word) => word.startsWith(wanted));
  });
}
