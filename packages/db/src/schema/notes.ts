import { sql } from "drizzle-orm";
import {
  bigint,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { organizations, users } from "./identity.ts";
import { contacts, conversations } from "./inbox.ts";
import { organizationNoPolicy, organizationPolicy } from "./policies.ts";

/** What people write for each other, and never to customers. */

const moment = () => timestamp({ withTimezone: true });
const id = () => bigint({ mode: "number" });

/** Its id is of the same sequence as a message's: so it has its place among them. */
export const conversationNotes = pgTable(
  "conversation_notes",
  {
    id: id().primaryKey(),
    organizationNo: integer().notNull(),
    conversationId: id().notNull(),
    authorId: uuid().references(() => users.id, { onDelete: "set null" }),
    body: text().notNull(),
    createdAt: moment().notNull().defaultNow(),
    editedAt: moment(),
    /** The browser's name for this note: said again, it adds nothing. Older ones have none. */
    clientKey: text(),
  },
  (t) => [
    index("conversation_notes_thread").on(t.conversationId, t.id),
    unique("conversation_notes_of_organization").on(t.organizationNo, t.id),
    unique("conversation_notes_once").on(t.organizationNo, t.clientKey),
    organizationNoPolicy(),
    foreignKey({
      columns: [t.organizationNo, t.conversationId],
      foreignColumns: [conversations.organizationNo, conversations.id],
    }).onDelete("cascade"),
  ],
);

export const noteMentions = pgTable(
  "note_mentions",
  {
    noteId: id().notNull(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    organizationNo: integer().notNull(),
    conversationId: id().notNull(),
    /** When this person opened the conversation after it. */
    seenAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.noteId, t.userId] }),
    organizationNoPolicy(),
    index("note_mentions_unseen")
      .on(t.organizationNo, t.userId, t.conversationId)
      .where(sql`${t.seenAt} is null`),
    foreignKey({
      columns: [t.organizationNo, t.noteId],
      foreignColumns: [conversationNotes.organizationNo, conversationNotes.id],
    }).onDelete("cascade"),
  ],
);

/** What the team knows about somebody: one text, which everybody keeps up. */
export const contactNotes = pgTable(
  "contact_notes",
  {
    contactId: id().primaryKey(),
    organizationNo: integer().notNull(),
    body: text().notNull(),
    editedBy: uuid().references(() => users.id, { onDelete: "set null" }),
    editedAt: moment().notNull().defaultNow(),
  },
  (t) => [
    organizationNoPolicy(),
    foreignKey({
      columns: [t.organizationNo, t.contactId],
      foreignColumns: [contacts.organizationNo, contacts.id],
    }).onDelete("cascade"),
  ],
);

/** Answers that are given often, under a short word. */
export const cannedReplies = pgTable(
  "canned_replies",
  {
    id: uuid().primaryKey().$defaultFn(uuidv7),
    organizationId: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    shortcut: text().notNull(),
    body: text().notNull(),
    createdAt: moment().notNull().defaultNow(),
    updatedAt: moment().notNull().defaultNow(),
  },
  (t) => [unique("canned_replies_shortcut").on(t.organizationId, t.shortcut), organizationPolicy()],
);
