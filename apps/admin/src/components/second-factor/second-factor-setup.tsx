import { Button, Group, PasswordInput, Skeleton } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { type RouterOutputs, trpc } from "../../trpc.ts";
import { CopyButton } from "../../ui/controls/copy.tsx";
import { FormError, setFormError } from "../form-error.tsx";
import { BackupCodes } from "./backup-codes.tsx";
import { CodeInput } from "./code-input.tsx";
import css from "./second-factor.module.css";

const QrCode = lazy(() => import("./qr-code.tsx"));

type Begun = RouterOutputs["secondFactor"]["begin"];

interface SetUpProps {
  /** Their address, so that a password manager knows whose password is asked for. */
  email: string;
  onDone: () => void;
  onCancel?: () => void;
}

/** Password, app, codes: the three steps to two-step sign-in. */
export function SecondFactorSetup({ email, onDone, onCancel }: SetUpProps) {
  const queryClient = useQueryClient();
  const begin = useMutation(trpc.secondFactor.begin.mutationOptions());
  const confirm = useMutation(
    trpc.secondFactor.confirm.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: ["sessions"] }),
    }),
  );
  if (confirm.data) return <BackupCodes codes={confirm.data.backupCodes} onDone={onDone} />;
  if (begin.data) return <Scan begun={begin.data} confirm={confirm} onCancel={onCancel} />;
  return <Ask email={email} begin={begin} onCancel={onCancel} />;
}

interface Mutation<Input> {
  mutate: (input: Input, handlers: { onError: (error: unknown) => void }) => void;
  isPending: boolean;
  error: unknown;
}

function Ask(props: { email: string; begin: Mutation<{ password: string }>; onCancel?: () => void }) {
  const { begin, onCancel } = props;
  const form = useForm({
    initialValues: { password: "" },
    validate: { password: (value) => (value ? null : "Enter your password.") },
  });
  const send = (values: { password: string }) =>
    begin.mutate(values, { onError: (error) => setFormError(form, error) });
  return (
    <form className="stack" onSubmit={form.onSubmit(send)} noValidate>
      <p>
        You need an authenticator app on your phone: any that shows six digits will do. First, your password
        once more.
      </p>
      <input type="hidden" name="username" autoComplete="username" value={props.email} readOnly />
      <PasswordInput
        label="Your password"
        autoComplete="current-password"
        data-autofocus
        autoFocus
        visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
        {...form.getInputProps("password")}
      />
      <FormError form={form} error={begin.error} />
      <Buttons label="Continue" isPending={begin.isPending} onCancel={onCancel} />
    </form>
  );
}

function Scan(props: { begun: Begun; confirm: Mutation<{ code: string }>; onCancel?: () => void }) {
  const { begun, confirm, onCancel } = props;
  const form = useForm({
    initialValues: { code: "" },
    validate: { code: (value) => (value.trim() ? null : "Enter the six digits that your app shows.") },
  });
  const send = (values: { code: string }) =>
    confirm.mutate(values, { onError: (error) => setFormError(form, error) });
  return (
    <form className="stack" onSubmit={form.onSubmit(send)} noValidate>
      <p>Scan this with your authenticator app, or enter the key by hand.</p>
      <div className={css.scan}>
        <Suspense fallback={<Skeleton width={196} height={196} />}>
          <QrCode text={begun.uri} label="QR code for your authenticator app" />
        </Suspense>
        <div className={css.key}>
          <div className="dim small">Key</div>
          <p className="mono small">{begun.secret}</p>
          <CopyButton value={begun.secret} label="Copy key" />
        </div>
      </div>
      <CodeInput label="Code of the app" description="Six digits" {...form.getInputProps("code")} />
      <FormError form={form} error={confirm.error} />
      <Buttons label="Turn on" isPending={confirm.isPending} onCancel={onCancel} />
    </form>
  );
}

function Buttons(props: { label: string; isPending: boolean; onCancel?: () => void }) {
  if (!props.onCancel)
    return (
      <Button type="submit" loading={props.isPending} fullWidth>
        {props.label}
      </Button>
    );
  return (
    <Group justify="flex-end" gap="xs">
      <Button variant="default" onClick={props.onCancel}>
        Cancel
      </Button>
      <Button type="submit" loading={props.isPending}>
        {props.label}
      </Button>
    </Group>
  );
}
