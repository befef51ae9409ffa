import { isDatabaseUnavailable } from "@waystation/db/postgres/pool";
import { DomainError } from "./errors.ts";

/** What is answered where there is no connection to the database that can be relied on; null for other failures. */
export function asDatabaseUnavailable(error: unknown): DomainError | null {
  if (!isDatabaseUnavailable(error)) return null;
  return new DomainError(
    "database_unavailable",
    "The database cannot be used at the moment. Try again in a minute; if it stays, tell your operator.",
  );
}
