import { Tooltip } from "@mantine/core";
import type { ReactElement } from "react";

export default function ReasonTooltip({ reason, children }: { reason: string; children: ReactElement }) {
  return (
    <Tooltip label={reason} events={{ hover: true, focus: true, touch: true }}>
      {children}
    </Tooltip>
  );
}
