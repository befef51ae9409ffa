export function LogoMark({ size }: { size: number }) {
  return <img src="/icon.svg" width={size} height={size} alt="" />;
}
