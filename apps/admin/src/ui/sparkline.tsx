interface SparklineProps {
  values: number[];
  label: string;
  color?: string;
}

/** Bars on a common baseline; an hour without anything keeps a hair of height, so that the row reads as time. */
export function Sparkline({ values, label, color = "var(--accent)" }: SparklineProps) {
  const top = Math.max(1, ...values);
  const width = 4;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${values.length * width} 24`}
      preserveAspectRatio="none"
      width="100%"
      height="24"
    >
      {values.map((value, hour) => {
        const height = value === 0 ? 1 : Math.max(2, (value / top) * 24);
        return (
          <rect
            key={hour}
            x={hour * width}
            y={24 - height}
            width={width - 1}
            height={height}
            fill={value === 0 ? "var(--line)" : color}
          />
        );
      })}
    </svg>
  );
}
