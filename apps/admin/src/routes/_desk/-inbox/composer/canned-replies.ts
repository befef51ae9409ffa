export interface CannedReply {
  id: string;
  shortcut: string;
  body: string;
}

/** What stands after the `/` with which a message begins; null when it is no beginning of a shortcut. */
export function cannedReplyQuery(text: string): string | null {
  return /^\/([^\n/]{0,40})$/.exec(text)?.[1] ?? null;
}

/** First those whose shortcut begins so, then those that have it in shortcut or text. */
export function searchCannedReplies(replies: readonly CannedReply[], begun: string): CannedReply[] {
  const wanted = begun.trim().toLowerCase();
  const rank = ({ shortcut, body }: CannedReply) =>
    shortcut.startsWith(wanted)
      ? 0
      : shortcut.includes(wanted)
        ? 1
        : body.toLowerCase().includes(wanted)
          ? 2
          : 3;
  return replies.filter((reply) => rank(reply) < 3).sort((a, b) => rank(a) - rank(b));
}

/** With the contact's name; without one, the blank before it goes too. */
export function fillPlaceholders(body: string, { name }: { name: string | null }): string {
  return name
    ? body.replaceAll("{name}", () => name)
    : body.replace(/[ \t]*\{name\}/g, "").replace(/^[ ,]+/, "");
}
