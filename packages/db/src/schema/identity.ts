import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { inOrganizationScope, inTeamScope, organizationPolicy } from "./policies.ts";

/** better-auth's tables (its core and its organization plugin), under the names that it is configured with. */

const id = () => uuid().primaryKey().$defaultFn(uuidv7);
const moment = () => timestamp({ withTimezone: true });

export const users = pgTable(
  "users",
  {
    id: id(),
    name: text().notNull(),
    /**
     * The address that signs in, in lower case. Several accounts may claim one address, each with its own password: an
     * organisation that invites an address cannot prove that the account made with its link is the address's owner
     * (docs/decisions/0020). API keys have a text here that is no address.
     */
    email: text("address").notNull(),
    /** Whoever has this account has opened a link that was mailed to the address. One account of an address at most. */
    emailVerified: boolean().notNull().default(false),
    /** For the previous version, which looks for accounts here and needs it unique. A trigger fills it. */
    previousEmail: text("email").unique(),
    image: text(),
    createdAt: moment().notNull().defaultNow(),
    updatedAt: moment().notNull().defaultNow(),
  },
  (t) => [
    index("users_of_address").on(t.email),
    uniqueIndex("users_verified_address").on(t.email).where(sql`email_verified`),
    inTeamScope(),
  ],
);

export const sessions = pgTable(
  "sessions",
  {
    id: id(),
    token: text().notNull().unique(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    expiresAt: moment().notNull(),
    ipAddress: text(),
    userAgent: text(),
    activeOrganizationId: uuid(),
    createdAt: moment().notNull().defaultNow(),
    updatedAt: moment().notNull().defaultNow(),
  },
  (t) => [index("sessions_of_user").on(t.userId)],
);

export const accounts = pgTable(
  "accounts",
  {
    id: id(),
    accountId: text().notNull(),
    providerId: text().notNull(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    accessToken: text(),
    refreshToken: text(),
    idToken: text(),
    accessTokenExpiresAt: moment(),
    refreshTokenExpiresAt: moment(),
    scope: text(),
    /** Argon2id, in PHC form. */
    password: text(),
    createdAt: moment().notNull().defaultNow(),
    updatedAt: moment().notNull().defaultNow(),
  },
  (t) => [index("accounts_of_user").on(t.userId)],
);

export const verifications = pgTable(
  "verifications",
  {
    id: id(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: moment().notNull(),
    createdAt: moment().notNull().defaultNow(),
    updatedAt: moment().notNull().defaultNow(),
  },
  (t) => [
    index("verifications_of_identifier").on(t.identifier),
    index("verifications_by_end").on(t.expiresAt),
  ],
);

/** Somebody's second step of signing in, which counts from `confirmedAt` on. */
export const secondFactors = pgTable("second_factors", {
  userId: uuid()
    .primaryKey()
    .references(() => users.id, { onDelete: "cascade" }),
  /** Null where the key that sealed it was lost. */
  secretSealed: text(),
  /** Of the last code that was taken: it and those before it are not taken again. */
  lastStep: bigint({ mode: "number" }).notNull().default(0),
  /** SHA-256 of each code that is left. */
  backupCodes: text().array().notNull().default(sql`'{}'`),
  createdAt: moment().notNull().defaultNow(),
  confirmedAt: moment(),
});

export const rateLimits = pgTable(
  "rate_limits",
  {
    id: id(),
    key: text().notNull().unique(),
    count: integer().notNull(),
    lastRequest: bigint({ mode: "number" }).notNull(),
  },
  // By which better-auth removes what has run out.
  (t) => [index("rate_limits_by_time").on(t.lastRequest)],
);

export const organizations = pgTable(
  "organizations",
  {
    id: id(),
    /** The narrow number by which hot tables name the organisation. */
    no: integer().generatedAlwaysAsIdentity().unique(),
    name: text().notNull(),
    slug: text().notNull().unique(),
    logo: text(),
    metadata: text(),
    /** Who has no second step of signing in is kept out until they have set one up. */
    requiresSecondFactor: boolean().notNull().default(false),
    /** Which messages opt out; null for the defaults. */
    optOut: jsonb().$type<{ languagesOff: string[]; stopWords: string[]; startWords: string[] }>(),
    createdAt: moment().notNull().defaultNow(),
  },
  () => [inOrganizationScope()],
);

/**
 * Everybody who is or was in the team, or is a program of it, entered by a trigger of `members` and of `api_keys`: whose
 * names the organisation may see.
 */
export const organizationPeople = pgTable(
  "organization_people",
  {
    organizationId: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.userId] }), organizationPolicy()],
);

export const members = pgTable(
  "members",
  {
    id: id(),
    organizationId: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: text({ enum: ["owner", "admin", "member"] }).notNull(),
    createdAt: moment().notNull().defaultNow(),
  },
  (t) => [
    unique("members_once").on(t.organizationId, t.userId),
    index("members_of_user").on(t.userId),
    foreignKey({
      name: "members_person",
      columns: [t.organizationId, t.userId],
      foreignColumns: [organizationPeople.organizationId, organizationPeople.userId],
    }).onDelete("cascade"),
    organizationPolicy(),
  ],
);

export const invitations = pgTable(
  "invitations",
  {
    id: id(),
    organizationId: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    email: text().notNull(),
    role: text({ enum: ["owner", "admin", "member"] }).notNull(),
    status: text({ enum: ["pending", "accepted", "canceled"] }).notNull(),
    expiresAt: moment().notNull(),
    inviterId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: moment().notNull().defaultNow(),
  },
  (t) => [index("invitations_of_organization").on(t.organizationId), organizationPolicy()],
);
