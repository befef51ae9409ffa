import { lazy, Suspense, useSyncExternalStore } from "react";

const Toasts = lazy(() => import("./toasts.tsx"));
let wanted = false;
const listeners = new Set<() => void>();

/** Says in passing that something went well. What needs action is never said here. */
export async function toast(message: string) {
  wanted = true;
  for (const listener of listeners) listener();
  const { notifications } = await import("@mantine/notifications");
  notifications.show({ message, closeButtonProps: { "aria-label": "Dismiss" } });
}

/** The library comes with the first toast, not with the first page. */
export function ToastHost() {
  const show = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => wanted,
  );
  return show ? (
    <Suspense>
      <Toasts />
    </Suspense>
  ) : null;
}
