import {
  addChange,
  addChanges,
  type InboxChange,
  type InboxChanges,
  noChanges,
  type PresenceUpdate,
} from "./inbox-changes.ts";

/** The same moment that people are told in. */
const WINDOW_MS = 50;
const AGAIN_MS = 250;
/** While nothing can be sent, more than this need not be remembered by name. */
const MOST = 1_000;

/** By organisation: conversations, connections, what matters to one person, whose access, who does what; 0 for more than fits. */
type Letter = Record<
  string,
  | 0
  | [
      conversations: string[],
      connections: string[],
      personal: [string, string[]][],
      access: string[],
      reports: PresenceUpdate[],
    ]
>;

/**
 * Carries changes to the other processes: all that came together in 50 ms in one letter, one after the other. What could
 * not be sent goes again with the next.
 */
export function createChangeBroadcast(send: (text: string) => Promise<void>, maxBytes: number) {
  let waiting = new Map<string, InboxChanges>();
  let isDue = false;
  let isClosed = false;
  let sentAt = Number.NEGATIVE_INFINITY;

  async function go(): Promise<void> {
    const letter = waiting;
    waiting = new Map();
    sentAt = performance.now();
    try {
      for (const text of write(letter, maxBytes)) await send(text);
      isDue = false;
      if (waiting.size > 0) soon(WINDOW_MS - (performance.now() - sentAt));
    } catch {
      for (const [organizationId, changes] of letter) addChanges(waitingOf(organizationId), changes);
      for (const [organizationId, { conversationIds }] of waiting)
        if (conversationIds.size > MOST) waiting.set(organizationId, { ...noChanges(), isEverything: true });
      isDue = false;
      soon(AGAIN_MS);
    }
  }

  function soon(milliseconds: number): void {
    if (isDue || isClosed) return;
    isDue = true;
    // At once means: with the rest of the batch that it came in.
    if (milliseconds <= 0) setImmediate(go);
    else setTimeout(go, milliseconds);
  }

  function waitingOf(organizationId: string): InboxChanges {
    const changes = waiting.get(organizationId) ?? noChanges();
    waiting.set(organizationId, changes);
    return changes;
  }

  return {
    add(change: InboxChange): void {
      addChange(waitingOf(change.organizationId), change);
      soon(WINDOW_MS - (performance.now() - sentAt));
    },
    /** Sends what waits, and nothing after it. */
    close: async () => {
      isClosed = true;
      if (waiting.size > 0) await go();
    },
  };
}

/** One text where it fits, with "everything" for the organisations whose part is too long; more where even that is. */
function write(letter: Map<string, InboxChanges>, maxBytes: number): string[] {
  const whole = JSON.stringify(Object.fromEntries([...letter].map(([id, changes]) => [id, partOf(changes)])));
  if (whole.length <= maxBytes) return [whole];
  const share = Math.floor(maxBytes / letter.size);
  const parts = [...letter].map(([id, changes]) => {
    const named = `${JSON.stringify(id)}:${JSON.stringify(partOf(changes))}`;
    return named.length <= share ? named : `${JSON.stringify(id)}:0`;
  });
  const texts: string[] = [];
  let text = "";
  for (const part of parts) {
    if (text.length + part.length + 3 > maxBytes) {
      texts.push(`{${text}}`);
      text = "";
    }
    text += text === "" ? part : `,${part}`;
  }
  return [...texts, `{${text}}`];
}

function partOf({
  conversationIds,
  connectionIds,
  personal,
  access,
  reports,
  isEverything,
}: InboxChanges): Letter[string] {
  // Whose access changed must not be lost in "everything": there everybody's is looked at anyway.
  if (isEverything) return 0;
  return [
    [...conversationIds],
    [...connectionIds],
    [...personal].map(([userId, ids]) => [userId, [...ids]]),
    [...access],
    [...reports.values()],
  ];
}

/** What another process put into it. */
export function parseChangeBatch(text: string): [organizationId: string, InboxChanges][] {
  return Object.entries(JSON.parse(text) as Letter).map(([organizationId, part]) => {
    if (part === 0) return [organizationId, { ...noChanges(), isEverything: true }];
    const [conversations, connections, personal, access, reports = []] = part;
    const changes: InboxChanges = {
      conversationIds: new Set(conversations),
      connectionIds: new Set(connections),
      personal: new Map(personal.map(([userId, ids]) => [userId, new Set(ids)])),
      access: new Set(access),
      reports: new Map(reports.map((report) => [`${report.userId} ${report.tab}`, report])),
      presentIds: new Set(),
      isEverything: false,
    };
    return [organizationId, changes];
  });
}
