import { sql } from "drizzle-orm";
import {
  bigint,
  index,
  integer,
  pgTable,
  smallint,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { organizations, users } from "./identity.ts";
import { organizationPolicy } from "./policies.ts";
import { bytea } from "./schema.ts";

/**
 * Files that customers sent, once somebody has looked at them, and files that people here attach. Nothing else has a file's
 * bytes: Twilio deletes its copy, and a disconnected account gives none.
 */
export const mediaFiles = pgTable(
  "media_files",
  {
    id: uuid().primaryKey().$defaultFn(uuidv7),
    organizationId: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: "restrict" }),
    /** Null for what was attached and not sent yet. */
    messageId: bigint({ mode: "number" }),
    /** Its place among the files of its message. */
    no: smallint().notNull().default(0),
    /** What its bytes say, not what its sender said. */
    type: text().notNull(),
    /** What its sender said: only its name may follow that. */
    declaredType: text(),
    name: text(),
    size: integer().notNull(),
    uploadedBy: uuid().references(() => users.id, { onDelete: "set null" }),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    /** Kept as they are (storage external), so that a part can be read without the whole. */
    bytes: bytea().notNull(),
  },
  (t) => [
    organizationPolicy(),
    unique("media_files_of_message").on(t.messageId, t.no),
    index("media_files_unsent").on(t.createdAt).where(sql`${t.messageId} is null`),
    index("media_files_of_uploader").on(t.uploadedBy).where(sql`${t.uploadedBy} is not null`),
  ],
);
