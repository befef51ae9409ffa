import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import type { ConnectionStatus } from "../../trpc.ts";
import { formatCount } from "../../ui/format.ts";
import { Sparkline } from "../../ui/sparkline.tsx";
import css from "../overview.module.css";

type Day = ConnectionStatus["last24h"];

/** The last 24 hours as four counts, each with its hours. `why` leads on to what was refused. */
export function DailyStatsTiles({ days, why }: { days: Day[]; why: ReactNode }) {
  const sum = (pick: (day: Day) => number) => days.reduce((total, day) => total + pick(day), 0);
  const hours = (pick: (hour: Day["hours"][number]) => number) =>
    Array.from({ length: 24 }, (_, hour) =>
      days.reduce((total, day) => {
        const each = day.hours[hour];
        return total + (each ? pick(each) : 0);
      }, 0),
    );
  const arrived = sum((day) => day.incoming + day.statuses);
  const tiles = [
    { label: "Messages in", value: sum((day) => day.incoming), hours: hours((hour) => hour.incoming) },
    { label: "Status reports", value: sum((day) => day.statuses), hours: hours((hour) => hour.statuses) },
    {
      label: "Failed deliveries",
      value: sum((day) => day.failed),
      hours: hours((hour) => hour.failed),
      color: "var(--bad-dot)",
    },
    { label: "Refused webhooks", value: sum((day) => day.rejected), hours: null },
  ];
  return (
    <section aria-label="Last 24 hours">
      <dl className={css.tiles}>
        {tiles.map((tile) => (
          <div key={tile.label} className={css.tile}>
            <dt>{tile.label}, 24 h</dt>
            <dd className={css.figure}>{formatCount(tile.value)}</dd>
            {tile.hours ? (
              <dd aria-hidden>
                <Sparkline values={tile.hours} label={`${tile.label} per hour`} color={tile.color} />
              </dd>
            ) : (
              <dd className="dim small">
                {tile.value > 0 ? why : arrived > 0 ? "All signatures were valid." : "None."}
              </dd>
            )}
          </div>
        ))}
      </dl>
    </section>
  );
}

export const DailyStatsTilesSkeleton = () => (
  <div className={css.tiles} aria-busy="true">
    {["Messages in", "Status reports", "Failed deliveries", "Refused webhooks"].map((label) => (
      <div key={label} className={css.tile}>
        <span className={css.label}>{label}, 24 h</span>
        <Skeleton height={24} width={64} />
        <Skeleton height={24} />
      </div>
    ))}
  </div>
);
