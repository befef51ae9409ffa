import { Button, Group, Modal, TextInput } from "@mantine/core";
import { schemaResolver, useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { createOrganizationInput } from "@waystation/identity/organizations/inputs";
import { trpcClient } from "../../trpc.ts";
import { useOpenAfterMount } from "../../ui/controls/use-open-after-mount.ts";
import { FormError, setFormError } from "../form-error.tsx";

interface NewOrganizationProps {
  opened: boolean;
  onClose: () => void;
}

export default function NewOrganizationForm({ opened, onClose }: NewOrganizationProps) {
  return (
    <Modal
      opened={useOpenAfterMount(opened)}
      onClose={onClose}
      title="New organisation"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <NameForm onClose={onClose} />
    </Modal>
  );
}

function NameForm({ onClose }: { onClose: () => void }) {
  const form = useForm({
    initialValues: { name: "" },
    validate: schemaResolver(createOrganizationInput, { sync: true }),
  });
  const create = useMutation({
    mutationFn: async (input: { name: string }) => {
      const { id } = await trpcClient.organizations.create.mutate(input);
      await trpcClient.organizations.activate.mutate({ organizationId: id });
    },
    onSuccess: () => window.location.assign("/"),
    onError: (error) => setFormError(form, error),
  });
  return (
    <form className="stack" onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <p className="dim small">
        It has its own connections, members and history. Nobody of the present one sees it unless invited.
      </p>
      <TextInput label="Name" data-autofocus key={form.key("name")} {...form.getInputProps("name")} />
      <FormError form={form} error={create.error} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={create.isPending}>
          Create organisation
        </Button>
      </Group>
    </form>
  );
}
