import type { OpenedDatabase, Queryable } from "@waystation/db/client";
import type { ChangeFeed } from "./change-feed/change-feed.ts";
import type { Keyring } from "./credentials.ts";
import type { Jobs } from "./jobs/jobs.ts";
import type { OrganizationIds, PublicIds } from "./public-ids.ts";

export type OrganizationRole = "owner" | "admin" | "member";

/** What the installation gives to every verb. */
export interface Installation extends Queryable, Pick<OpenedDatabase, "within"> {
  keyring: Keyring;
  feed: ChangeFeed;
  jobs: Jobs;
  /** As configured, without a trailing slash. */
  publicUrl: string;
  /** Where test mode finds its Twilio; null switches test mode off. */
  simulatorUrl: string | null;
  /** The database runs inside this process: good for trying and small desks. */
  readonly embedded: boolean;
  sendMail: ((mail: OutgoingMail) => Promise<void>) | null;
  /** Derives links that nobody can guess and that need not be stored. */
  linkSecret: string;
  publicIds: PublicIds;
}

export interface OutgoingMail {
  to: string;
  subject: string;
  text: string;
}

export interface ContextActor {
  userId: string;
  name: string;
  email: string;
  role: OrganizationRole;
  /** Not there for whom no browser speaks. */
  sessionId?: string;
  /** There for a program, which is no person. */
  keyId?: string;
}

/** Somebody with a session, and the organisation that it acts for; null where they belong to none. */
export interface SignedInUser {
  userId: string;
  sessionId: string;
  name: string;
  email: string;
  organizationId: string | null;
  role: OrganizationRole | null;
  /** The organisation asks for a second step that they have not set up: it is not theirs to act for until they have. */
  lacksSecondFactor: boolean;
}

/** Whoever has an API key. What it does is done by an account of its own, which bears the key's name. */
export interface ApiKeyPrincipal {
  keyId: string;
  userId: string;
  name: string;
  email: string;
  organizationId: string;
  role: OrganizationRole;
}

/** A request before anything is known of who asks: the first argument of the verbs that let people in. */
export interface RequestContext extends Installation {
  person: SignedInUser | null;
  ip: string | null;
}

/** A signed-in person acting for themselves. */
export interface UserContext extends RequestContext {
  person: SignedInUser;
}

/**
 * A signed-in person acting for one organisation: the first argument of every verb. What it asks the database is answered
 * with rows of that organisation alone, whatever the query says.
 */
export interface Context extends Installation {
  /** The whole database, for the few questions that concern others too. */
  installation: Queryable;
  organizationId: string;
  /** Of the rows that have a number as their key: no such number leaves the server. */
  ids: OrganizationIds;
  actor: ContextActor;
  ip: string | null;
}
