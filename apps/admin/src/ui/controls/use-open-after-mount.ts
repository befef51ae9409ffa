import { useMounted } from "@mantine/hooks";

/** For a dialog that is mounted open: it opens a moment later, else it cannot know where to give the focus back to. */
export function useOpenAfterMount(open: boolean): boolean {
  const mounted = useMounted();
  return open && mounted;
}
