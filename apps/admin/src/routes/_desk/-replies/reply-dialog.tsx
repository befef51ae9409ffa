import { Button, Group, Modal, Textarea, TextInput } from "@mantine/core";
import { schemaResolver, useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { type AddReplyInput, addCannedReplyInput } from "@waystation/whatsapp/canned-replies/inputs";
import { FormError, setFormError } from "../../../components/form-error.tsx";
import { queryClient, type RouterOutputs, trpc, trpcClient } from "../../../trpc.ts";
import { useOpenAfterMount } from "../../../ui/controls/use-open-after-mount.ts";

type Reply = RouterOutputs["replies"]["list"][number];

interface ReplyDialogProps {
  opened: boolean;
  /** Null for a new one. */
  reply: Reply | null;
  onClose: () => void;
}

export default function ReplyDialog({ opened, reply, onClose }: ReplyDialogProps) {
  return (
    <Modal
      opened={useOpenAfterMount(opened)}
      onClose={onClose}
      title={reply ? "Edit the canned reply" : "New canned reply"}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <ReplyForm key={reply?.id} reply={reply} onClose={onClose} />
    </Modal>
  );
}

function ReplyForm({ reply, onClose }: Omit<ReplyDialogProps, "opened">) {
  const form = useForm<AddReplyInput>({
    initialValues: { shortcut: reply?.shortcut ?? "", body: reply?.body ?? "" },
    validate: schemaResolver(addCannedReplyInput, { sync: true }),
  });
  const save = useMutation({
    mutationFn: (values: AddReplyInput) =>
      reply
        ? trpcClient.replies.edit.mutate({ ...values, replyId: reply.id })
        : trpcClient.replies.add.mutate(values),
    onSuccess: async () => {
      await queryClient.invalidateQueries(trpc.replies.list.queryFilter());
      onClose();
    },
    onError: (error) => setFormError(form, error),
  });
  return (
    <form className="stack" onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <TextInput
        label="Shortcut"
        description="What is typed after the slash: one word, like hours."
        leftSection="/"
        autoComplete="off"
        data-autofocus
        {...form.getInputProps("shortcut")}
      />
      <Textarea
        label="Text"
        description="{name} becomes the customer's name. It can be changed before it is sent."
        autosize
        minRows={4}
        maxRows={12}
        {...form.getInputProps("body")}
      />
      <FormError form={form} error={save.error} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={save.isPending}>
          Save
        </Button>
      </Group>
    </form>
  );
}
