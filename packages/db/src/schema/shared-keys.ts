import { foreignKey, pgTable, text, timestamp, unique, uuid } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { users } from "./identity.ts";
import { organizationPolicy } from "./policies.ts";
import { connections } from "./schema.ts";

/** Keys that Twilio signs this connection's webhooks with instead of the Auth Token, where a Webhook Rule names one. */
export const sharedKeys = pgTable(
  "twilio_shared_keys",
  {
    id: uuid().primaryKey().$defaultFn(uuidv7),
    organizationId: uuid().notNull(),
    connectionId: uuid().notNull(),
    /** Twilio's id of the key (`webhooks_sharedkey_…`), which the webhook's header names. */
    keyId: text().notNull(),
    algorithm: text({ enum: ["HMAC_SHA1", "HMAC_SHA256"] }).notNull(),
    /** Null once the encryption key that sealed it was given up as lost. */
    secretSealed: text(),
    secretLastFour: text().notNull(),
    addedBy: uuid(),
    addedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    organizationPolicy(),
    unique("twilio_shared_keys_of_connection").on(t.connectionId, t.keyId),
    foreignKey({
      name: "twilio_shared_keys_connection",
      columns: [t.organizationId, t.connectionId],
      foreignColumns: [connections.organizationId, connections.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "twilio_shared_keys_added_by",
      columns: [t.addedBy],
      foreignColumns: [users.id],
    }).onDelete("set null"),
  ],
);
