import { type ComponentPropsWithoutRef, lazy, type ReactNode, Suspense, useState } from "react";

const load = () => import("./dropdown-menu-panel.tsx");
const Open = lazy(load);
const preload = () => void load().catch(() => {});

interface DropItem {
  label: string;
  icon?: ReactNode;
  chosen?: boolean;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
  /** Draws a line above it. */
  rule?: boolean;
}

export interface DropdownMenuProps extends Omit<ComponentPropsWithoutRef<"button">, "title"> {
  label: string;
  head?: ReactNode;
  items: DropItem[];
  align?: "start" | "end";
}

/** A menu whose machinery is fetched when somebody reaches for it. */
export function DropdownMenu(props: DropdownMenuProps) {
  const [used, setUsed] = useState(false);
  const { label, head: _, items: __, align: ___, children, ...rest } = props;
  const closed = (
    <button
      type="button"
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded="false"
      {...rest}
      onClick={() => setUsed(true)}
      onPointerEnter={preload}
      onFocus={preload}
    >
      {children}
    </button>
  );
  if (!used) return closed;
  return (
    <Suspense fallback={closed}>
      <Open {...props} />
    </Suspense>
  );
}
