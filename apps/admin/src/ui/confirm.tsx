import { Button, Group, Modal } from "@mantine/core";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import { Notice } from "./tone.tsx";

interface Question {
  title: string;
  body: ReactNode;
  /** The words on the button: the deed itself, never "OK". */
  action: string;
  run: () => Promise<unknown>;
  explain: (error: unknown) => string;
}

let question: Question | null = null;
const listeners = new Set<() => void>();
function set(next: Question | null) {
  question = next;
  for (const listener of listeners) listener();
}

/** The one way to a destructive act: says what will happen, runs it, keeps a failure in front of the person. */
export function confirm(next: Question) {
  set(next);
}

export function ConfirmHost() {
  const open = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => question,
  );
  const [shown, setShown] = useState<Question | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  if (open && open !== shown) {
    setShown(open);
    setFailure(null);
  }
  const close = () => {
    if (!busy) set(null);
  };
  const run = async () => {
    if (!shown) return;
    setBusy(true);
    setFailure(null);
    try {
      await shown.run();
      set(null);
    } catch (error) {
      setFailure(shown.explain(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened={open !== null}
      onClose={close}
      title={shown?.title}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <div className="stack">
        <div>{shown?.body}</div>
        {failure ? (
          <Notice tone="bad" role="alert">
            {failure}
          </Notice>
        ) : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close} disabled={busy} data-autofocus>
            Cancel
          </Button>
          <Button color="red.8" onClick={run} loading={busy}>
            {shown?.action}
          </Button>
        </Group>
      </div>
    </Modal>
  );
}
