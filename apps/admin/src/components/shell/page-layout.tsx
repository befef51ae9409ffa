import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { HeaderTools } from "./header-tools.tsx";
import css from "./page-layout.module.css";

interface PageProps {
  title: string;
  parent?: { label: string; to: LinkProps["to"] };
  actions?: ReactNode;
  /** Its content takes the whole room and scrolls within itself. */
  whole?: boolean;
  /** On a phone its content brings a bar of its own. */
  barless?: boolean;
  children: ReactNode;
}

/** The frame of every screen in the desk: bar with the heading, then the content. */
export function PageLayout({ title, parent, actions, whole, barless, children }: PageProps) {
  return (
    <>
      <title>{`${title} · Waystation`}</title>
      <header className={css.bar} data-barless={barless || undefined}>
        <div className={css.title}>
          {parent ? (
            <>
              <Link to={parent.to} className={css.up}>
                {parent.label}
              </Link>
              <span className={css.slash} aria-hidden>
                /
              </span>
            </>
          ) : null}
          <h1 tabIndex={-1}>{title}</h1>
        </div>
        {actions}
        <HeaderTools />
      </header>
      {whole ? children : <div className={`${css.content} stack`}>{children}</div>}
    </>
  );
}
