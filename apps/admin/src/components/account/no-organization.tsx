import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type SessionUser, trpc } from "../../trpc.ts";
import { Notice } from "../../ui/feedback/notice-and-tag.tsx";
import { explainError } from "../explain-error.ts";
import css from "../shell/error-page.module.css";
import { useSignOut } from "./use-sign-out.ts";

/** Signed in, but no organisation is open: pick one, or wait to be invited. */
export function NoOrganization({ me }: { me: SessionUser }) {
  const signOut = useSignOut();
  const activate = useMutation(
    trpc.organizations.activate.mutationOptions({ onSuccess: () => window.location.assign("/") }),
  );
  const some = me.organizations.length > 0;
  return (
    <main className={css.page}>
      <title>Organisations · Waystation</title>
      <h1 tabIndex={-1}>{some ? "Choose an organisation" : "You belong to no organisation"}</h1>
      {some ? null : (
        <p>
          You are signed in as {me.user.email}. Ask an owner or admin for an invitation, then open its link
          here.
        </p>
      )}
      {activate.error ? (
        <Notice tone="bad" role="alert">
          {explainError(activate.error)}
        </Notice>
      ) : null}
      <div className="row">
        {me.organizations.map((each) => (
          <Button
            key={each.id}
            variant="default"
            onClick={() => activate.mutate({ organizationId: each.id })}
          >
            {each.name}
          </Button>
        ))}
        <Button variant="subtle" onClick={signOut}>
          Sign out
        </Button>
      </div>
    </main>
  );
}
