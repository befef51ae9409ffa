import { Button } from "@mantine/core";
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { problemOf } from "../trpc.ts";
import css from "./problem-page.module.css";

export function PageProblem({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const queries = useQueryErrorResetBoundary();
  const { message, reason, requestId } = problemOf(error);
  const retry = () => {
    // A browser remembers for as long as the page lives that a file did not come.
    if (reason === "not_loaded") return window.location.reload();
    queries.reset();
    reset();
    void router.invalidate();
  };
  return (
    <div className={css.page} role="alert">
      <title>Problem · Waystation</title>
      <h1 tabIndex={-1}>This page could not be shown</h1>
      <p>{message}</p>
      {requestId && !message.includes(requestId) ? (
        <p className="dim small">
          Request id <code className="mono">{requestId}</code>
        </p>
      ) : null}
      <div className="row">
        <Button onClick={retry}>Try again</Button>
        <Button variant="default" component={Link} to="/">
          Go to the overview
        </Button>
      </div>
    </div>
  );
}

export function NotFound() {
  return (
    <div className={css.page}>
      <p className="dim small">404</p>
      <h2>There is no such page</h2>
      <p>The address may be mistyped, or what it showed belongs to another organisation.</p>
      <div className="row">
        <Button component={Link} to="/">
          Go to the overview
        </Button>
      </div>
    </div>
  );
}
