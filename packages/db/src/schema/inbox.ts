import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { users } from "./identity.ts";
import { ofUser, organizationNoPolicy } from "./policies.ts";

/** What the inbox shows. All of it but people's own doing can be rebuilt from the event log. */

const moment = () => timestamp({ withTimezone: true });
const id = () => bigint({ mode: "number" });
const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

/** Somebody who writes to the organisation, under one or several addresses. */
export const contacts = pgTable(
  "contacts",
  {
    id: id().primaryKey().generatedAlwaysAsIdentity(),
    organizationNo: integer().notNull(),
    /** As they call themselves on WhatsApp. */
    name: text(),
    username: text(),
    /** Both as the search compares them: see `search/fold-name.ts` of the product. */
    foldedName: text(),
    foldedUsername: text(),
    createdAt: moment().notNull().defaultNow(),
  },
  (t) => [
    unique("contacts_of_organization").on(t.organizationNo, t.id),
    organizationNoPolicy(),
    // Not by `pg_trgm`: which letters it knows depends on the database's locale.
    index("contacts_name_grams").using(
      "gin",
      t.organizationNo,
      sql`name_grams(coalesce(${t.foldedName}, '') || coalesce(${t.foldedUsername}, ''))`,
    ),
  ],
);

/** `whatsapp:+…` or `whatsapp:<BSUID>`, exactly as Twilio writes it. */
export const contactIdentities = pgTable(
  "contact_identities",
  {
    organizationNo: integer().notNull(),
    address: text().notNull(),
    contactId: id().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationNo, t.address] }),
    organizationNoPolicy(),
    index("contact_identities_of_contact").on(t.contactId),
    index("contact_identities_parts").using("gin", t.organizationNo, t.address.op("gin_trgm_ops")),
  ],
);

/** What one contact and one of our senders have to say to each other. */
export const conversations = pgTable(
  "conversations",
  {
    id: id().primaryKey().generatedAlwaysAsIdentity(),
    publicId: uuid().notNull().unique(),
    organizationNo: integer().notNull(),
    connectionNo: integer().notNull(),
    /** The sender that the contact writes to, and is answered from. */
    ours: text().notNull(),
    contactId: id().notNull(),
    /** As the contact calls itself. The database copies it (0013), so that a list of conversations need not look for it. */
    contactName: text(),
    /** Folded, with the user name: copied likewise, so that a search need not look for it either. */
    contactFoldedName: text(),
    /** The contact's address at the last message: where an answer goes. */
    address: text().notNull(),
    assigneeId: uuid().references(() => users.id, { onDelete: "set null" }),
    /** Resolved up to this message: a later incoming one opens it again. */
    resolvedMessageId: id(),
    createdAt: moment().notNull().defaultNow(),
  },
  (t) => [
    index("conversations_of_assignee").on(t.assigneeId).where(sql`${t.assigneeId} is not null`),
    unique("conversations_once").on(t.connectionNo, t.ours, t.contactId),
    unique("conversations_of_organization").on(t.organizationNo, t.id),
    organizationNoPolicy(),
    foreignKey({
      columns: [t.organizationNo, t.contactId],
      foreignColumns: [contacts.organizationNo, contacts.id],
    }),
    index("conversations_of_contact").on(t.contactId),
  ],
);

/** What every message changes about its conversation: one narrow row, and all that a list of conversations sorts by. */
export const conversationActivity = pgTable(
  "conversation_activity",
  {
    conversationId: id().primaryKey(),
    organizationNo: integer().notNull(),
    lastMessageId: id().notNull(),
    lastAt: moment().notNull(),
    /** The last 24 hours after this moment are WhatsApp's window for free answers. */
    lastIncomingAt: moment(),
    lastIncomingId: id(),
    /** Incoming messages ever: what a person has not seen is this less what it was when they looked. */
    incoming: integer().notNull().default(0),
    isOpen: boolean().notNull().default(true),
    preview: text(),
  },
  (t) => [
    index("conversation_activity_list").on(t.organizationNo, t.isOpen, t.lastMessageId),
    organizationNoPolicy(),
    foreignKey({
      columns: [t.organizationNo, t.conversationId],
      foreignColumns: [conversations.organizationNo, conversations.id],
    }).onDelete("cascade"),
  ],
);

/** Incoming messages short enough to be a request to opt out or in: see `opt-out/recognise.ts` of the product. */
export const IS_SHORT_INCOMING = sql`is_incoming and char_length(body) <= 60`;
/** What Twilio rejected because of an opt-out (21610), or WhatsApp because the recipient blocked the sender (63033). */
export const IS_REJECTED_BY_RECIPIENT = sql`error_code in (21610, 63033)`;

/**
 * An incoming message has its event's id, so that the order of messages is the order of arrival and a rebuilt table is the
 * same table; an outgoing one takes its id from the same sequence.
 */
export const messages = pgTable(
  "messages",
  {
    id: id().primaryKey(),
    organizationNo: integer().notNull(),
    connectionNo: integer().notNull(),
    conversationId: id().notNull(),
    /** The 32 hex digits of the MessageSid; null until Twilio has given one. */
    sid: uuid(),
    /** False for what people here wrote. */
    isIncoming: boolean().notNull(),
    /** See `kinds.ts` of the inbox folder. */
    kind: smallint().notNull(),
    /** The furthest step of its status callbacks: see `event-status.ts` of the webhooks folder. 0 for an incoming message. */
    status: smallint().notNull(),
    errorCode: integer(),
    at: moment().notNull(),
    body: text(),
  },
  (t) => [
    organizationNoPolicy(),
    uniqueIndex("messages_sid").on(t.sid, t.connectionNo),
    index("messages_thread").on(t.conversationId, t.id),
    index("messages_short_incoming").on(t.conversationId, t.id).where(IS_SHORT_INCOMING),
    index("messages_rejected_by_recipient").on(t.conversationId, t.id).where(IS_REJECTED_BY_RECIPIENT),
  ],
);

/**
 * The words of each message as the server folds them, so that a search depends on nobody's locale: see `search/tokens.ts` of the
 * product. A table of its own: what was stored before it is added without touching the messages. None for a message without words.
 */
export const messageSearch = pgTable(
  "message_search",
  {
    organizationNo: integer().notNull(),
    messageId: id().notNull(),
    conversationId: id().notNull(),
    words: tsvector().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationNo, t.messageId] }),
    organizationNoPolicy(),
    index("message_search_words").using("gin", t.organizationNo, sql`((${t.messageId} >> 11))`, t.words),
  ],
);

/** How far one person has read one conversation: its count of incoming messages when they last looked. */
export const conversationReads = pgTable(
  "conversation_reads",
  {
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    conversationId: id().notNull(),
    incoming: integer().notNull(),
    /** Not all read, and older than this person's mark: see `inboxMarks`. */
    isBehind: boolean().notNull().default(false),
    /** The conversation's last message when it fell behind, which it still has while it is. The database keeps it (0013). */
    behindMessageId: id(),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.conversationId] }),
    ofUser(),
    index("conversation_reads_unread").on(t.userId, t.behindMessageId).where(sql`${t.isBehind}`),
  ],
);

/**
 * What was last written before this message is read by this person, but for the conversations that `isBehind` names: so
 * that finding what is unread does not mean looking through all that ever was.
 */
export const inboxMarks = pgTable(
  "inbox_marks",
  {
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    organizationNo: integer().notNull(),
    messageId: id().notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.organizationNo] }), organizationNoPolicy()],
);

/** What only an outgoing message has. */
export const outgoingMessages = pgTable(
  "outgoing_messages",
  {
    messageId: id().primaryKey(),
    /** Stands in the message's own status callback URL. */
    publicId: uuid().notNull().unique(),
    organizationNo: integer().notNull(),
    /** The browser's name for this sending: said again, it sends nothing. */
    clientKey: text().notNull(),
    authorId: uuid().references(() => users.id, { onDelete: "set null" }),
    state: text({ enum: ["queued", "sending", "sent", "failed", "uncertain"] })
      .notNull()
      .default("queued"),
    /** The two letters in front of the digits in `messages.sid`, as Twilio answered: `SM` or `MM`. */
    sidPrefix: text(),
    /** When it was handed to Twilio: from here on only Twilio knows whether it was sent. */
    handedOverAt: moment(),
    /** Why it was not sent, for people. */
    problem: text(),
  },
  (t) => [unique("outgoing_messages_once").on(t.organizationNo, t.clientKey), organizationNoPolicy()],
);
