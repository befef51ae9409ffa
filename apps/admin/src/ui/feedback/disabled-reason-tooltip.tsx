import { Tooltip } from "@mantine/core";

interface ReasonTooltipProps {
  reason: string;
  opened: boolean;
  /** What it points at. */
  target: HTMLElement;
}

export default function DisabledReasonTooltip({ reason, ...props }: ReasonTooltipProps) {
  return <Tooltip label={reason} {...props} />;
}
