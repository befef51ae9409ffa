import type { ReactNode } from "react";
import css from "./data-table.module.css";

export const alignEndClass = css.end;

interface TableProps {
  label: string;
  head: ReactNode;
  children: ReactNode;
}

/** On a phone each row becomes a small block. */
export function DataTable({ label, head, children }: TableProps) {
  return (
    <table className={`${css.table} ${css.stacked}`} aria-label={label}>
      <thead>
        <tr>{head}</tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
