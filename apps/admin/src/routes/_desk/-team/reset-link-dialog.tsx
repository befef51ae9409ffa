import { Button, Group, Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { explainError } from "../../../components/explain-error.ts";
import { trpc } from "../../../trpc.ts";
import { CopyField } from "../../../ui/controls/copy.tsx";
import { useOpenAfterMount } from "../../../ui/controls/use-open-after-mount.ts";
import { Notice } from "../../../ui/feedback/notice-and-tag.tsx";

interface ResetLinkDialogProps {
  member: { id: string; name: string };
  opened: boolean;
  onClose: () => void;
}

export default function ResetLinkDialog({ member, opened, onClose }: ResetLinkDialogProps) {
  return (
    <Modal
      opened={useOpenAfterMount(opened)}
      onClose={onClose}
      title={`New password for ${member.name}`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <ResetLink member={member} onClose={onClose} />
    </Modal>
  );
}

function ResetLink({ member, onClose }: Omit<ResetLinkDialogProps, "opened">) {
  const make = useMutation(trpc.team.makeResetLink.mutationOptions());
  if (make.data) {
    return (
      <div className="stack">
        <Notice tone="good" role="status" title="The link is made">
          Give it to {member.name} and nobody else: it is shown only now, and works once, for an hour.
        </Notice>
        <CopyField value={make.data.link} label="link for a new password" />
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </div>
    );
  }
  return (
    <div className="stack">
      <p>
        You make a link with which {member.name} chooses a new password. Once it is used, every device of
        theirs is signed out. The audit log tells that you made it.
      </p>
      {make.error ? (
        <Notice tone="bad" role="alert">
          {explainError(make.error)}
        </Notice>
      ) : null}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={make.isPending} onClick={() => make.mutate({ memberId: member.id })}>
          Make the link
        </Button>
      </Group>
    </div>
  );
}
