import { useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { lazy, Suspense, useSyncExternalStore } from "react";
import css from "./app-shell.module.css";

const load = () => import("./command-palette.tsx");
const Palette = lazy(load);
const preload = () => void load().catch(() => {});

/** How often it was asked for: each time it opens. */
let asked = 0;
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The button that opened it, unless a key did. */
let opener: HTMLElement | null = null;

function openPalette(by: HTMLElement | null) {
  asked += 1;
  opener = by;
  for (const listener of listeners) listener();
}

/** Where a page was still loading, it has put another button in the place of the one that was clicked. */
function focusOpener() {
  if (opener && !opener.isConnected) document.querySelector<HTMLElement>(`.${css.palette}`)?.focus();
}

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

export function CommandPaletteButton() {
  return (
    <button
      type="button"
      className={css.palette}
      aria-label="Search and commands"
      aria-haspopup="dialog"
      aria-keyshortcuts={isMac ? "Meta+K" : "Control+K"}
      onClick={({ currentTarget }) => openPalette(currentTarget)}
      onPointerEnter={preload}
      onFocus={preload}
    >
      <IconSearch size={16} stroke={1.8} aria-hidden />
      <span>Search</span>
      <kbd data-keys={isMac ? "⌘K" : "Ctrl K"} />
    </button>
  );
}

/** Comes with its first use. */
export function CommandPaletteHost() {
  const times = useSyncExternalStore(subscribe, () => asked);
  // In fields too: that is where people are when they want to go elsewhere.
  useHotkeys([["mod+K", () => openPalette(null)]], []);
  if (times === 0) return null;
  return (
    <Suspense>
      <Palette asked={times} onClosed={focusOpener} />
    </Suspense>
  );
}
