import type { StreamHandlers } from "./changes-stream.ts";

/**
 * For browsers without Web Locks (plain http on another host than localhost): each tab has a stream of its own while it is
 * visible, so that the six connections that a browser opens per host are left for pages. Returns what ends it.
 */
export function openOwnStream(
  openStream: (handlers: StreamHandlers) => () => void,
  handlers: StreamHandlers,
): { stop(): void; reopen(): void } {
  let close: (() => void) | null = null;

  function open(): void {
    if (close === null && document.visibilityState === "visible") close = openStream(handlers);
  }

  function shut(): void {
    close?.();
    close = null;
  }

  const onVisibility = () => (document.visibilityState === "visible" ? open() : shut());
  document.addEventListener("visibilitychange", onVisibility);
  // Before a page goes into the back/forward cache, which keeps its connections open.
  window.addEventListener("pagehide", shut);
  window.addEventListener("pageshow", open);
  open();
  return {
    stop: () => {
      document.removeEventListener("visibilitychange", onVisibility);
      window.removeEventListener("pagehide", shut);
      window.removeEventListener("pageshow", open);
      shut();
    },
    reopen: () => {
      shut();
      open();
    },
  };
}
