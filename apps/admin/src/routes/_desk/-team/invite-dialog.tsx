import { Button, Group, Modal, Radio, TextInput } from "@mantine/core";
import { schemaResolver, useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type InviteInput, inviteInput } from "@waystation/identity/team/inputs";
import { roleDescriptions } from "../../../components/account/role-descriptions.ts";
import { useSession } from "../../../components/account/session.ts";
import { FormError, setFormError } from "../../../components/form-error.tsx";
import { trpc } from "../../../trpc.ts";
import { CopyField } from "../../../ui/controls/copy.tsx";
import { Notice } from "../../../ui/feedback/notice-and-tag.tsx";

export function InviteDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Invite to the team"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <InviteForm onClose={onClose} />
    </Modal>
  );
}

function InviteForm({ onClose }: { onClose: () => void }) {
  const { organization } = useSession();
  const queryClient = useQueryClient();
  const form = useForm<InviteInput>({
    initialValues: { email: "", role: "member" },
    validate: schemaResolver(inviteInput, { sync: true }),
  });
  const invite = useMutation(
    trpc.team.invite.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.team.list.queryFilter()),
      onError: (error) => setFormError(form, error),
    }),
  );
  if (invite.data) {
    return (
      <div className="stack">
        <Notice tone="good" role="status" title={`${invite.variables.email} is invited`}>
          {invite.data.mailed
            ? "The link was sent by mail. You can pass it on yourself too."
            : "Send this link to them. It works once, for two days, for that address only."}
        </Notice>
        <CopyField value={invite.data.link} label="invitation link" />
        <Group justify="flex-end" gap="xs">
          <Button
            variant="default"
            onClick={() => {
              invite.reset();
              form.reset();
            }}
          >
            Invite another
          </Button>
          <Button onClick={onClose}>Done</Button>
        </Group>
      </div>
    );
  }
  return (
    <form className="stack" onSubmit={form.onSubmit((values) => invite.mutate(values))} noValidate>
      <TextInput
        label="Email"
        type="email"
        autoComplete="off"
        data-autofocus
        {...form.getInputProps("email")}
      />
      <Radio.Group label="Role" {...form.getInputProps("role")}>
        <div className="stack" style={{ gap: 10, paddingTop: 8 }}>
          {roleDescriptions
            .filter(({ role }) => role !== "owner" || organization.role === "owner")
            .map(({ role, label, person }) => (
              <Radio key={role} value={role} label={label} description={person} />
            ))}
        </div>
      </Radio.Group>
      <FormError form={form} error={invite.error} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={invite.isPending}>
          Invite
        </Button>
      </Group>
    </form>
  );
}
