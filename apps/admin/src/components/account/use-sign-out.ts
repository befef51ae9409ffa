import { useNavigate } from "@tanstack/react-router";
import { signOut } from "../../auth.ts";
import { queryClient, trpc } from "../../trpc.ts";
import { toast } from "../../ui/feedback/toast.tsx";
import { explainError } from "../explain-error.ts";

/** Who leaves takes along what they had begun; who is signed out by somebody else, or by time, finds it again. */
export function useSignOut() {
  const navigate = useNavigate();
  return async () => {
    try {
      await signOut();
    } catch (error) {
      void toast(`You are still signed in. ${explainError(error)}`);
      return;
    }
    forgetDrafts();
    queryClient.setQueryData(trpc.session.me.queryKey(), null);
    await navigate({ to: "/sign-in" });
    // What this page still holds in memory goes with it.
    window.location.reload();
  };
}

function forgetDrafts(): void {
  try {
    for (const storage of [localStorage, sessionStorage])
      for (const key of Object.keys(storage)) if (key.startsWith("waystation.")) storage.removeItem(key);
  } catch {
    // Storage is forbidden: then there is nothing in it.
  }
}
