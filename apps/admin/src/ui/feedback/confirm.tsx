import { lazy, type ReactNode, Suspense, useSyncExternalStore } from "react";

const ConfirmDialog = lazy(() => import("./confirm-dialog.tsx"));

export interface ConfirmOptions {
  title: string;
  body: ReactNode;
  /** The words on the button: the deed itself, never "OK". */
  action: string;
  run: () => Promise<unknown>;
  explain: (error: unknown) => string;
}

let question: ConfirmOptions | null = null;
let asked = false;
const listeners = new Set<() => void>();
function set(next: ConfirmOptions | null) {
  question = next;
  asked ||= next !== null;
  for (const listener of listeners) listener();
}
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The one way to a destructive act: says what will happen, runs it, keeps a failure in front of the person. */
export function confirm(next: ConfirmOptions) {
  set(next);
}

export function ConfirmHost() {
  const open = useSyncExternalStore(subscribe, () => question);
  if (!asked) return null;
  return (
    <Suspense>
      <ConfirmDialog question={open} onClose={() => set(null)} />
    </Suspense>
  );
}
