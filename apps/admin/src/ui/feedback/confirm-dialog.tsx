import { Button, Group, Modal } from "@mantine/core";
import { useState } from "react";
import { useOpenAfterMount } from "../controls/use-open-after-mount.ts";
import type { ConfirmOptions } from "./confirm.tsx";
import { Notice } from "./notice-and-tag.tsx";

export default function ConfirmDialog({
  question,
  onClose,
}: {
  question: ConfirmOptions | null;
  onClose: () => void;
}) {
  // While the dialog fades away it keeps what it asked.
  const [shown, setShown] = useState(question);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  if (question && question !== shown) {
    setShown(question);
    setFailure(null);
  }
  const run = async () => {
    if (!shown) return;
    setBusy(true);
    setFailure(null);
    try {
      await shown.run();
      onClose();
    } catch (error) {
      setFailure(shown.explain(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened={useOpenAfterMount(question !== null)}
      onClose={() => busy || onClose()}
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
          <Button variant="default" onClick={onClose} disabled={busy} data-autofocus>
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
