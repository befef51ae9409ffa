import type { ReactNode } from "react";
import css from "./table.module.css";

export const endClass = css.end;

interface TableProps {
  label: string;
  head: ReactNode;
  children: ReactNode;
}

/** On a phone each row becomes a small block. */
export function Table({ label, head, children }: TableProps) {
  return (
    <table className={`${css.table} ${css.stacked}`} aria-label={label}>
      <thead>
        <tr>{head}</tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
