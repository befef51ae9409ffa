import { useEffect, useRef, useState } from "react";

interface State {
  word: "loading" | "ready" | "failed" | "unshowable";
  /** Why it could not be fetched, for people. */
  problem: string | null;
  isRetrying: boolean;
  /** A new one makes the element ask again. */
  attempt: number;
}

const offline = "Waystation cannot be reached. Check your network.";

/** An element that fails says nothing more than that: the server says why. Null when it does give the file. */
async function whyNot(url: string): Promise<string | null> {
  try {
    const answer = await fetch(url);
    if (answer.ok) {
      await answer.body?.cancel();
      return null;
    }
    return await reasonOf(answer);
  } catch {
    return offline;
  }
}

async function reasonOf(answer: Response): Promise<string> {
  const said: unknown = await answer.json().catch(() => null);
  const message = typeof said === "object" && said !== null && "message" in said ? said.message : null;
  return typeof message === "string" ? message : "Try again in a moment.";
}

/** A file that an element of the page loads by itself. What comes after a retry gets the focus that the retry had. */
export function useMessageFile(url: string) {
  const box = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<State>({
    word: "loading",
    problem: null,
    isRetrying: false,
    attempt: 0,
  });
  const wasRetried = useRef(false);
  useEffect(() => {
    if (state.word === "failed" || !wasRetried.current) return;
    wasRetried.current = false;
    box.current?.querySelector<HTMLElement>("button, a, input, audio, video")?.focus();
  }, [state]);
  const onReady = () => setState((now) => (now.word === "ready" ? now : { ...now, word: "ready" }));
  const onError = async () => {
    const problem = await whyNot(url);
    setState((now) => {
      if (problem !== null) return { ...now, word: "failed", problem };
      // It is there: it was a hiccup the first time, and cannot be shown if it comes again.
      return now.attempt === 0 ? { ...now, attempt: 1 } : { ...now, word: "unshowable" };
    });
  };
  const tryAgain = async () => {
    setState((now) => ({ ...now, isRetrying: true }));
    const problem = await whyNot(url);
    wasRetried.current = problem === null;
    setState((now) =>
      problem === null
        ? { word: "loading", problem: null, isRetrying: false, attempt: now.attempt + 1 }
        : { ...now, isRetrying: false, problem },
    );
  };
  return { box, ...state, onReady, onError, tryAgain };
}

export type LoadedFile = ReturnType<typeof useMessageFile>;

/** Fetches a file and hands it to the browser to keep. Answers why not, or null. */
export async function saveFile(url: string): Promise<string | null> {
  try {
    const answer = await fetch(url);
    if (!answer.ok) return await reasonOf(answer);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = nameOf(answer.headers.get("content-disposition"));
    link.click();
    // The browser has taken it by then.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    return null;
  } catch {
    return offline;
  }
}

/** The text of a file. Throws a sentence for people. */
export async function fetchText(url: string): Promise<string> {
  const answer = await fetch(url).catch(() => {
    throw new Error(offline);
  });
  if (!answer.ok) throw new Error(await reasonOf(answer));
  return answer.text();
}

function nameOf(disposition: string | null): string {
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(disposition ?? "")?.[1];
  return encoded ? decodeURIComponent(encoded) : "file";
}
