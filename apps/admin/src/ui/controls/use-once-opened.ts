import { useState } from "react";

/** False until it is first open, true from then on: what is fetched late stays, so that it can close as it should. */
export function useOnceOpened(open: boolean): boolean {
  const [kept, setKept] = useState(open);
  if (open && !kept) setKept(true);
  return kept || open;
}
