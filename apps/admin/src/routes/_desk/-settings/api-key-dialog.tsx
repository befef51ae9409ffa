import { Button, Group, Modal, NativeSelect, Radio, TextInput } from "@mantine/core";
import { schemaResolver, useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type CreateApiKeyInput, createApiKeyInput } from "@waystation/identity/api-keys/inputs";
import { roleDescriptions } from "../../../components/account/role-descriptions.ts";
import { useSession } from "../../../components/account/session.ts";
import { FormError, setFormError } from "../../../components/form-error.tsx";
import { trpc } from "../../../trpc.ts";
import { CopyField } from "../../../ui/controls/copy.tsx";
import { Notice } from "../../../ui/feedback/notice-and-tag.tsx";

const lifetimes = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "", label: "No end" },
];

export function NewApiKeyDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Make an API key"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <KeyForm onClose={onClose} />
    </Modal>
  );
}

function KeyForm({ onClose }: { onClose: () => void }) {
  const { organization } = useSession();
  const queryClient = useQueryClient();
  const form = useForm<CreateApiKeyInput>({
    initialValues: { name: "", role: "member", days: 90 },
    validate: schemaResolver(createApiKeyInput, { sync: true }),
  });
  const make = useMutation(
    trpc.apiKeys.make.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.apiKeys.list.queryFilter()),
      onError: (error) => setFormError(form, error),
    }),
  );
  if (make.data) {
    return (
      <div className="stack">
        <Notice tone="good" role="status" title={`The key “${make.variables.name}” is made`}>
          Copy it now, and keep it where your program keeps its secrets: it is not shown again.
        </Notice>
        <CopyField value={make.data.key} label="API key" />
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </div>
    );
  }
  return (
    <form className="stack" onSubmit={form.onSubmit((values) => make.mutate(values))} noValidate>
      <TextInput
        label="Name"
        description="What is done with the key shows under this name."
        placeholder="Order system"
        autoComplete="off"
        data-autofocus
        {...form.getInputProps("name")}
      />
      <Radio.Group label="Role" {...form.getInputProps("role")}>
        <div className="stack" style={{ gap: 10, paddingTop: 8 }}>
          {roleDescriptions
            .filter(({ role }) => role !== "owner" || organization.role === "owner")
            .map(({ role, label, apiKey }) => (
              <Radio key={role} value={role} label={label} description={apiKey} />
            ))}
        </div>
      </Radio.Group>
      <NativeSelect
        label="Works for"
        data={lifetimes}
        value={form.values.days === null ? "" : String(form.values.days)}
        onChange={({ currentTarget: { value } }) =>
          form.setFieldValue("days", value === "" ? null : Number(value))
        }
      />
      <FormError form={form} error={make.error} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={make.isPending}>
          Make the key
        </Button>
      </Group>
    </form>
  );
}
