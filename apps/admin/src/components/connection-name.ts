import type { Connection } from "../trpc.ts";
import { formatAddress } from "../ui/format.ts";

export const nameOf = (connection: Connection) =>
  connection.displayName || connection.account.name || formatAddress(connection.sender);
