import { useSuspenseQuery } from "@tanstack/react-query";
import { trpc } from "../../trpc.ts";

export const connectionsQuery = () => trpc.twilioWhatsApp.status.queryOptions();

export const useConnections = () => useSuspenseQuery(connectionsQuery()).data;
