import { useQuery } from "@tanstack/react-query";
import { trpc } from "../trpc.ts";

/** Open conversations with something this person has not seen; 100 stands for that and more. */
export const useUnreadCount = () => useQuery(trpc.conversations.unread.queryOptions()).data?.count ?? 0;
