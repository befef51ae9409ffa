import type { ConnectionStatus } from "../../trpc.ts";
import { formatAddress } from "../../ui/format.ts";

export const connectionName = (connection: ConnectionStatus) =>
  connection.displayName || connection.account.name || formatAddress(connection.sender);
