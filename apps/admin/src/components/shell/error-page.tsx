import { Button } from "@mantine/core";
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef } from "react";
import { useLiveState } from "../../live/live-changes.ts";
import { errorDetailsOf } from "../../trpc.ts";
import css from "./error-page.module.css";

/** How often a page that could not be loaded is tried again, while somebody looks at it. */
const RETRY_MS = 5_000;

/** Calls `retry` when the server can be reached again; also from time to time, if `isRepeated`. */
function useRetry(isWanted: boolean, isRepeated: boolean, retry: () => void): void {
  const live = useLiveState();
  const wasLost = useRef(false);
  const onRetry = useEffectEvent(() => {
    if (document.visibilityState === "visible" && navigator.onLine) retry();
  });
  useEffect(() => {
    if (live === "broken") wasLost.current = true;
    else if (live === "live" && wasLost.current && isWanted) onRetry();
  }, [isWanted, live]);
  useEffect(() => {
    if (!isWanted) return;
    const timer = isRepeated ? setInterval(onRetry, RETRY_MS) : undefined;
    window.addEventListener("online", onRetry);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", onRetry);
    };
  }, [isWanted, isRepeated]);
}

export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const queries = useQueryErrorResetBoundary();
  const { message, reason, requestId } = errorDetailsOf(error);
  const retry = () => {
    // A browser remembers for as long as the page lives that a file did not come.
    if (reason === "not_loaded") return window.location.reload();
    queries.reset();
    reset();
    void router.invalidate();
  };
  // Of a file that did not come only a new load can tell, which must not be repeated: an update may have removed the file.
  useRetry(reason === "offline" || reason === "not_loaded", reason === "offline", retry);
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

export function NotFoundPage() {
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
