import { type ReactNode, useEffect, useSyncExternalStore } from "react";

export interface PaletteCommand {
  label: string;
  description?: ReactNode;
  icon: ReactNode;
  /** The key that does the same without the palette. */
  keys?: string;
  run: () => void;
}

const none: PaletteCommand[] = [];
let commands = none;
const listeners = new Set<() => void>();

function set(next: PaletteCommand[]) {
  commands = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What can be done with what is open, offered by the palette for as long as it is. Keep the list from draw to draw. */
export function useRegisterCommands(own: PaletteCommand[]): void {
  useEffect(() => {
    set(own);
    return () => set(none);
  }, [own]);
}

export const usePaletteCommands = () => useSyncExternalStore(subscribe, () => commands);
