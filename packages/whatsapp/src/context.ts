import type { Asking, Store } from "@waystation/db/client";
import type { Keyring } from "./credentials.ts";
import type { Feed } from "./feed.ts";
import type { Jobs } from "./inbox/jobs.ts";
import type { OrganizationIds, PublicIds } from "./public-ids.ts";

export type Role = "owner" | "admin" | "member";

/** What the installation gives to every verb. */
export interface Platform extends Asking, Pick<Store, "within"> {
  keyring: Keyring;
  feed: Feed;
  jobs: Jobs;
  /** As configured, without a trailing slash. */
  publicUrl: string;
  /** Where test mode finds its Twilio; null switches test mode off. */
  simulatorUrl: string | null;
  /** The database runs inside this process: good for trying and small desks. */
  readonly embedded: boolean;
  sendMail: ((mail: Mail) => Promise<void>) | null;
  /** Derives links that nobody can guess and that need not be stored. */
  linkSecret: string;
  publicIds: PublicIds;
}

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

export interface Actor {
  userId: string;
  name: string;
  email: string;
  role: Role;
  /** Not there for whom no browser speaks. */
  sessionId?: string;
  /** There for a program, which is no person. */
  keyId?: string;
}

/** Somebody with a session, and the organisation that it acts for; null where they belong to none. */
export interface Person {
  userId: string;
  sessionId: string;
  name: string;
  email: string;
  organizationId: string | null;
  role: Role | null;
  /** The organisation asks for a second step that they have not set up: it is not theirs to act for until they have. */
  lacksSecondFactor: boolean;
}

/** Whoever has an API key. What it does is done by an account of its own, which bears the key's name. */
export interface Program {
  keyId: string;
  userId: string;
  name: string;
  email: string;
  organizationId: string;
  role: Role;
}

/** A request before anything is known of who asks: the first argument of the verbs that let people in. */
export interface Visit extends Platform {
  person: Person | null;
  ip: string | null;
}

/** A signed-in person acting for themselves. */
export interface PersonContext extends Visit {
  person: Person;
}

/**
 * A signed-in person acting for one organisation: the first argument of every verb. What it asks the database is answered
 * with rows of that organisation alone, whatever the query says.
 */
export interface Context extends Platform {
  /** The whole database, for the few questions that concern others too. */
  installation: Asking;
  organizationId: string;
  /** Of the rows that have a number as their key: no such number leaves the server. */
  ids: OrganizationIds;
  actor: Actor;
  ip: string | null;
}
