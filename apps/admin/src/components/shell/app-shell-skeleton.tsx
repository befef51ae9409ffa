import { Skeleton } from "@mantine/core";
import css from "./app-shell.module.css";
import page from "./page-layout.module.css";

export function AppShellSkeleton() {
  return (
    <div className={css.shell} aria-busy="true">
      <div className={css.rail}>
        <div className={css.head}>
          <Skeleton height={18} width={110} ml={8} />
        </div>
        <Skeleton height={36} mb={17} />
        {[1, 2, 3, 4].map((each) => (
          <Skeleton key={each} height={30} mb={6} />
        ))}
      </div>
      <main className={css.main}>
        <title>Waystation</title>
        <div className={page.bar}>
          <Skeleton height={18} width={120} />
        </div>
        <div className={`${page.content} stack`} style={{ width: "100%" }}>
          <Skeleton height={92} />
          <Skeleton height={220} />
        </div>
      </main>
    </div>
  );
}
