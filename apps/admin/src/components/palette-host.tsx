import { useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { lazy, Suspense, useSyncExternalStore } from "react";
import css from "./shell.module.css";

const load = () => import("./palette.tsx");
const Palette = lazy(load);
const preload = () => void load().catch(() => {});

/** How often it was asked for: each time it opens. */
let asked = 0;
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

function openPalette() {
  asked += 1;
  for (const listener of listeners) listener();
}

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

export function PaletteButton() {
  return (
    <button
      type="button"
      className={css.palette}
      aria-label="Search and commands"
      aria-haspopup="dialog"
      aria-keyshortcuts={isMac ? "Meta+K" : "Control+K"}
      onClick={openPalette}
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
export function PaletteHost() {
  const times = useSyncExternalStore(subscribe, () => asked);
  // In fields too: that is where people are when they want to go elsewhere.
  useHotkeys([["mod+K", openPalette]], []);
  if (times === 0) return null;
  return (
    <Suspense>
      <Palette asked={times} />
    </Suspense>
  );
}
