/** What changed, by id; what it is now, a query says. */
export interface InboxChange {
  organizationId: string;
  connectionId?: string;
  /** Where it is about one conversation. */
  conversationId?: string;
  /** Where it matters to one person alone: what they have read, or, without a conversation, what they may. */
  userId?: string;
  /** What somebody does there at this moment, which nobody stores. */
  report?: PresenceUpdate;
}

/** What one tab of somebody's browser is at. */
export interface PresenceUpdate {
  tab: string;
  conversationId: string;
  userId: string;
  doing: "looking" | "typing" | "away";
}

/** Everything of one organisation that changed in one moment, each once. */
export interface InboxChanges {
  connectionIds: Set<string>;
  conversationIds: Set<string>;
  /** By person, conversations that changed for them alone. */
  personal: Map<string, Set<string>>;
  /** Whose sessions or membership changed. */
  access: Set<string>;
  /** The last of each person's tab, for who does not know it yet. */
  reports: Map<string, PresenceUpdate>;
  /** Conversations at which others are than before, or do something else. */
  presentIds: Set<string>;
  /** More than can be named, or than was heard. */
  isEverything: boolean;
}

export function noChanges(): InboxChanges {
  return {
    connectionIds: new Set(),
    conversationIds: new Set(),
    personal: new Map(),
    access: new Set(),
    reports: new Map(),
    presentIds: new Set(),
    isEverything: false,
  };
}

export function addChange(changes: InboxChanges, change: InboxChange): void {
  const { connectionId, conversationId, userId, report } = change;
  if (report) changes.reports.set(`${report.userId} ${report.tab}`, report);
  if (connectionId !== undefined) changes.connectionIds.add(connectionId);
  if (userId === undefined) {
    if (conversationId !== undefined) changes.conversationIds.add(conversationId);
  } else if (conversationId === undefined) changes.access.add(userId);
  else changes.personal.set(userId, (changes.personal.get(userId) ?? new Set()).add(conversationId));
}

/** Adds to the first what the second holds. */
export function addChanges(changes: InboxChanges, more: InboxChanges): InboxChanges {
  for (const id of more.connectionIds) changes.connectionIds.add(id);
  for (const id of more.conversationIds) changes.conversationIds.add(id);
  for (const id of more.access) changes.access.add(id);
  for (const [userId, ids] of more.personal)
    changes.personal.set(userId, new Set([...(changes.personal.get(userId) ?? []), ...ids]));
  for (const [tab, report] of more.reports) changes.reports.set(tab, report);
  for (const id of more.presentIds) changes.presentIds.add(id);
  changes.isEverything ||= more.isEverything;
  return changes;
}
