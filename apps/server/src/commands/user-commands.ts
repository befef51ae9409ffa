import { DomainError } from "@waystation/core/errors";
import type { OpenedDatabase } from "@waystation/db/client";
import { members, organizations, users } from "@waystation/db/schema/identity";
import { recordAuditForUser } from "@waystation/identity/audit/record-for-user";
import { createResetLink } from "@waystation/identity/password/reset-link";
import { removeSecondFactor } from "@waystation/identity/second-factor/remove";
import { asc, eq, sql } from "drizzle-orm";
import type { ServerConfig } from "../lifecycle/config.ts";
import { openDatabase } from "../lifecycle/open-database.ts";
import { StartError } from "../lifecycle/start-error.ts";

const USAGE = `users reset-link <email> [account]            a link with which they choose a new password
users reset-second-factor <email> [account]   lets who lost app and backup codes sign in by password alone`;

type Print = (line: string) => void;
type Person = { userId: string; name: string; email: string };
type Command = (store: OpenedDatabase, config: ServerConfig, person: Person, print: Print) => Promise<void>;

const COMMANDS: Record<string, Command> = {
  "reset-link": async (store, config, person, print) => {
    const publicUrl = config.publicUrl ?? `http://localhost:${config.port}`;
    const { link, expiresAt } = await store.db.transaction(async (tx) => {
      await recordAuditForUser(tx, { ...person, actor: null, ip: null }, "member.reset_link_made");
      return createResetLink(tx, publicUrl, { userId: person.userId, madeBy: null });
    });
    print(
      `${link}\nIt works once, until ${expiresAt.toUTCString()}. Give it to ${person.email} and nobody else.`,
    );
  },
  "reset-second-factor": async (store, _config, person, print) => {
    await store.db.transaction(async (tx) => {
      await removeSecondFactor(tx, person.userId);
      await recordAuditForUser(tx, { ...person, actor: null, ip: null }, "member.second_factor_reset");
    });
    print(`${person.email} signs in by password alone now, and was signed out everywhere.`);
  },
};

/** What whoever runs the server can do for those whom no owner and no mail can help. */
export async function runUserCommand(
  readConfig: () => ServerConfig,
  [name = "", email = "", accountId]: string[],
  print: Print,
): Promise<void> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command || !email) throw new StartError(USAGE);
  const config = readConfig();
  const store = await openDatabase(config);
  try {
    await store.migrate();
    const person = await findPerson(store, email.trim().toLowerCase(), accountId);
    await command(store, config, person, print);
  } catch (error) {
    throw error instanceof DomainError ? new StartError(error.message) : error;
  } finally {
    await store.close();
  }
}

/** Several accounts may claim one address: then the operator says which. */
async function findPerson(
  store: OpenedDatabase,
  email: string,
  accountId: string | undefined,
): Promise<Person> {
  const people = await store.db
    .select({
      userId: users.id,
      name: users.name,
      email: users.email,
      isVerified: users.emailVerified,
      organizations: sql<
        string | null
      >`string_agg(${organizations.name}, ', ' order by ${organizations.name})`,
    })
    .from(users)
    .leftJoin(members, eq(members.userId, users.id))
    .leftJoin(organizations, eq(organizations.id, members.organizationId))
    .where(eq(users.email, email))
    .groupBy(users.id)
    .orderBy(asc(users.createdAt), asc(users.id));
  const [first, second] = people;
  if (!first) throw new StartError(`Nobody has an account with the address ${email}.`);
  if (accountId === undefined && !second) return first;
  const named = people.find(({ userId }) => userId === accountId);
  if (named) return named;
  const list = people.map(
    (person) =>
      `  ${person.userId}   ${person.name}, ${person.organizations ?? "in no organisation"}${person.isVerified ? ", address confirmed by mail" : ""}`,
  );
  throw new StartError(
    `${people.length} ${people.length === 1 ? "account has" : "accounts have"} the address ${email}. Name the one that you mean after the address:\n${list.join("\n")}`,
  );
}
