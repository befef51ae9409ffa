import type { ReactNode } from "react";
import { ThemeMenu } from "../shell/header-tools.tsx";
import { LogoMark } from "../shell/logo-mark.tsx";
import css from "./auth-frame.module.css";

interface AuthFrameProps {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}

/** The frame of the screens before the desk: setup, sign-in, joining. */
export function AuthFrame({ title, lead, children }: AuthFrameProps) {
  return (
    <div className={css.page}>
      <title>{`${title} · Waystation`}</title>
      <header className={css.top}>
        <div className={css.brand}>
          <LogoMark size={26} /> Waystation
        </div>
        <ThemeMenu />
      </header>
      <main className={css.box}>
        <div>
          <h1 tabIndex={-1}>{title}</h1>
          {lead ? <p className={css.lead}>{lead}</p> : null}
        </div>
        {children}
      </main>
    </div>
  );
}
