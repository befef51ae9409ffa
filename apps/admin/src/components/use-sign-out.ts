import { notifications } from "@mantine/notifications";
import { useNavigate } from "@tanstack/react-router";
import { signOut } from "../auth.ts";
import { queryClient, trpc } from "../trpc.ts";

export function useSignOut() {
  const navigate = useNavigate();
  return async () => {
    try {
      await signOut();
    } catch (error) {
      notifications.show({
        color: "red",
        message: error instanceof Error ? error.message : "Not signed out.",
      });
      return;
    }
    queryClient.setQueryData(trpc.session.me.queryKey(), null);
    await navigate({ to: "/sign-in" });
    queryClient.removeQueries({ predicate: (query) => query.queryKey !== trpc.session.me.queryKey() });
  };
}
