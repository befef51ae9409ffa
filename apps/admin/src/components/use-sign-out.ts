import { useNavigate } from "@tanstack/react-router";
import { signOut } from "../auth.ts";
import { queryClient, trpc } from "../trpc.ts";
import { toast } from "../ui/toast.tsx";
import { explain } from "./explain.ts";

export function useSignOut() {
  const navigate = useNavigate();
  return async () => {
    try {
      await signOut();
    } catch (error) {
      void toast(`You are still signed in. ${explain(error)}`);
      return;
    }
    queryClient.setQueryData(trpc.session.me.queryKey(), null);
    await navigate({ to: "/sign-in" });
    queryClient.clear();
  };
}
