import type { Store } from "@waystation/db/client";
import { users } from "@waystation/db/schema-people";
import { recordForPerson } from "@waystation/whatsapp/audit/record-for-person";
import { DomainError } from "@waystation/whatsapp/errors";
import { newResetLink } from "@waystation/whatsapp/password/reset-link";
import { removeSecondFactor } from "@waystation/whatsapp/second-factor/remove";
import { eq } from "drizzle-orm";
import type { Config } from "./config.ts";
import { openStore } from "./open-store.ts";
import { StartError } from "./start-error.ts";

const USAGE = `people reset-link <email>            a link with which they choose a new password
people reset-second-factor <email>   lets who lost app and backup codes sign in by password alone`;

type Print = (line: string) => void;
type Person = { userId: string; name: string; email: string };
type Command = (store: Store, config: Config, person: Person, print: Print) => Promise<void>;

const COMMANDS: Record<string, Command> = {
  "reset-link": async (store, config, person, print) => {
    const publicUrl = config.publicUrl ?? `http://localhost:${config.port}`;
    const { link, expiresAt } = await store.db.transaction(async (tx) => {
      await recordForPerson(tx, { ...person, actor: null, ip: null }, "member.reset_link_made");
      return newResetLink(tx, publicUrl, { userId: person.userId, madeBy: null });
    });
    print(
      `${link}\nIt works once, until ${expiresAt.toUTCString()}. Give it to ${person.email} and nobody else.`,
    );
  },
  "reset-second-factor": async (store, _config, person, print) => {
    await store.db.transaction(async (tx) => {
      await removeSecondFactor(tx, person.userId);
      await recordForPerson(tx, { ...person, actor: null, ip: null }, "member.second_factor_reset");
    });
    print(`${person.email} signs in by password alone now, and was signed out everywhere.`);
  },
};

/** What whoever runs the server can do for those whom no owner and no mail can help. */
export async function runPeopleCommand(
  readConfig: () => Config,
  [name = "", email = ""]: string[],
  print: Print,
): Promise<void> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command || !email) throw new StartError(USAGE);
  const config = readConfig();
  const store = await openStore(config);
  try {
    await store.migrate();
    const [person] = await store.db
      .select({ userId: users.id, name: users.name, email: users.email })
      .from(users)
      .where(eq(users.email, email.trim().toLowerCase()));
    if (!person) throw new StartError(`Nobody has an account with the address ${email}.`);
    await command(store, config, person, print);
  } catch (error) {
    throw error instanceof DomainError ? new StartError(error.message) : error;
  } finally {
    await store.close();
  }
}
