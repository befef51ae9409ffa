import { Button, Group, Modal, PasswordInput, Radio, TextInput } from "@mantine/core";
import { schemaResolver, useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type AddSharedKeyInput, addSharedKeyInput } from "@waystation/whatsapp/connections/inputs";
import { FormError, setFormError } from "../../../../components/form-error.tsx";
import { trpc } from "../../../../trpc.ts";
import { useOpenAfterMount } from "../../../../ui/controls/use-open-after-mount.ts";
import { toast } from "../../../../ui/feedback/toast.tsx";
import { signatureAlgorithmLabels, TWILIO_SHARED_KEYS_URL } from "./shared-key-labels.ts";

interface SharedKeyDialogProps {
  connectionId: string;
  /** The ID that rejected webhooks name, to begin with. */
  keyId: string;
  opened: boolean;
  onClose: () => void;
}

export default function SharedKeyDialog({ connectionId, keyId, opened, onClose }: SharedKeyDialogProps) {
  return (
    <Modal
      opened={useOpenAfterMount(opened)}
      onClose={onClose}
      title="Add a shared key"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <SharedKeyForm connectionId={connectionId} keyId={keyId} onClose={onClose} />
    </Modal>
  );
}

function SharedKeyForm({ connectionId, keyId, onClose }: Omit<SharedKeyDialogProps, "opened">) {
  const queryClient = useQueryClient();
  const form = useForm<AddSharedKeyInput>({
    initialValues: { connectionId, keyId, secret: "", algorithm: "HMAC_SHA256" },
    validate: schemaResolver(addSharedKeyInput, { sync: true }),
  });
  const add = useMutation(
    trpc.twilioWhatsApp.addSharedKey.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.twilioWhatsApp.status.queryFilter());
        onClose();
        void toast("The shared key is added. Webhooks signed with it are accepted.");
      },
      onError: (error) => setFormError(form, error),
    }),
  );
  return (
    <form className="stack" onSubmit={form.onSubmit((values) => add.mutate(values))} noValidate>
      <p className="dim small" style={{ overflowWrap: "anywhere" }}>
        Twilio shows a shared key's ID and secret once, in the response of its Webhooks API (
        <span className="mono">POST webhooks.twilio.com/v1/Webhooks/SharedKeys</span>) that creates it. The
        algorithm is the one of the Webhook Setting that names the key.{" "}
        <a href={TWILIO_SHARED_KEYS_URL} target="_blank" rel="noreferrer">
          Shared keys in Twilio's docs
        </a>
      </p>
      <TextInput
        label="Key ID"
        placeholder="webhooks_sharedkey_…"
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: "mono" }}
        data-autofocus={keyId === "" || undefined}
        {...form.getInputProps("keyId")}
      />
      <PasswordInput
        label="Secret"
        description="Stored encrypted, and never shown again."
        autoComplete="off"
        spellCheck={false}
        visibilityToggleButtonProps={{ "aria-label": "Show the secret" }}
        data-autofocus={keyId !== "" || undefined}
        {...form.getInputProps("secret")}
      />
      <Radio.Group
        label="Algorithm"
        description="Each key signs with one algorithm. What a webhook says about it is not trusted."
        {...form.getInputProps("algorithm")}
      >
        <Group gap="lg" pt={8}>
          {Object.entries(signatureAlgorithmLabels).map(([value, label]) => (
            <Radio key={value} value={value} label={label} />
          ))}
        </Group>
      </Radio.Group>
      <p className="dim small">
        If this Twilio account has more connections here, add the key to each of them.
      </p>
      <FormError form={form} error={add.error} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={add.isPending}>
          Add the key
        </Button>
      </Group>
    </form>
  );
}
