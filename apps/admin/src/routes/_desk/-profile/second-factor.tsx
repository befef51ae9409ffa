import { Button, Group, Modal, PasswordInput, Skeleton } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useSession } from "../../../components/account/session.ts";
import { explainError } from "../../../components/explain-error.ts";
import { FormError, setFormError } from "../../../components/form-error.tsx";
import { BackupCodes } from "../../../components/second-factor/backup-codes.tsx";
import { CodeInput } from "../../../components/second-factor/code-input.tsx";
import { SecondFactorSetup } from "../../../components/second-factor/second-factor-setup.tsx";
import { trpc, trpcClient } from "../../../trpc.ts";
import { Card } from "../../../ui/card.tsx";
import { ActionButton } from "../../../ui/controls/action-button.tsx";
import { Notice, StatusTag } from "../../../ui/feedback/notice-and-tag.tsx";
import { toast } from "../../../ui/feedback/toast.tsx";
import { dateOnly } from "../../../ui/time.tsx";

type Deed = "set up" | "new codes" | "turn off";

const titles: Record<Deed, string> = {
  "set up": "Set up two-step sign-in",
  "new codes": "New backup codes",
  "turn off": "Turn off two-step sign-in",
};

export function SecondFactor() {
  const { user } = useSession();
  const queryClient = useQueryClient();
  const status = useQuery(trpc.secondFactor.status.queryOptions());
  const [deed, setDeed] = useState<Deed | null>(null);
  const [shown, setShown] = useState<Deed>("set up");
  const begin = (next: Deed) => {
    setShown(next);
    setDeed(next);
  };
  const close = async () => {
    setDeed(null);
    await queryClient.invalidateQueries(trpc.secondFactor.status.queryFilter());
    await queryClient.invalidateQueries(trpc.team.list.queryFilter());
  };
  return (
    <Card
      title="Two-step sign-in"
      aside={
        status.data?.since ? (
          <StatusTag tone="good">on</StatusTag>
        ) : status.data ? (
          <StatusTag>off</StatusTag>
        ) : null
      }
    >
      {status.isPending ? <Skeleton height={56} /> : null}
      {status.isError ? (
        <Notice tone="bad" role="alert">
          {explainError(status.error)}
        </Notice>
      ) : null}
      {status.data ? <State {...status.data} onDeed={begin} /> : null}
      <Modal
        opened={deed !== null}
        onClose={close}
        title={titles[shown]}
        closeButtonProps={{ "aria-label": "Close" }}
        closeOnClickOutside={false}
      >
        {shown === "set up" ? <SecondFactorSetup email={user.email} onDone={close} onCancel={close} /> : null}
        {shown === "new codes" ? <NewCodes onDone={close} /> : null}
        {shown === "turn off" ? <TurnOff onDone={close} /> : null}
      </Modal>
    </Card>
  );
}

interface StateProps {
  since: string | null;
  backupCodesLeft: number;
  requiredBy: string[];
  onDeed: (deed: Deed) => void;
}

function State({ since, backupCodesLeft, requiredBy, onDeed }: StateProps) {
  if (!since) {
    return (
      <div className="stack">
        <p className="dim">
          Signing in takes your password alone. With a second step, a code from an app on your phone, nobody
          gets in who only knows the password.
        </p>
        <div>
          <Button variant="default" onClick={() => onDeed("set up")}>
            Set it up
          </Button>
        </div>
      </div>
    );
  }
  const [organization] = requiredBy;
  const why = organization ? `${organization} asks everybody for it.` : null;
  return (
    <div className="stack">
      <p className="dim">
        Since {dateOnly(since)}, signing in takes a code from your app too.{" "}
        {backupCodesLeft === 1 ? "1 backup code is" : `${backupCodesLeft} backup codes are`} left.
      </p>
      {backupCodesLeft < 3 ? (
        <Notice tone="warn">
          {backupCodesLeft === 0 ? "No backup code is left." : "Few backup codes are left."} Make new ones, so
          that you get in without your phone.
        </Notice>
      ) : null}
      <Group gap="xs">
        <Button variant="default" onClick={() => onDeed("new codes")}>
          New backup codes
        </Button>
        <ActionButton variant="default" why={why} onClick={() => onDeed("turn off")}>
          Turn off
        </ActionButton>
      </Group>
    </div>
  );
}

interface Proof {
  password: string;
  code: string;
}

function NewCodes({ onDone }: { onDone: () => void }) {
  const renew = useMutation({
    mutationFn: (proof: Proof) => trpcClient.secondFactor.renewBackupCodes.mutate(proof),
  });
  if (renew.data) return <BackupCodes codes={renew.data.backupCodes} onDone={onDone} />;
  return (
    <Prove action="Make new codes" {...renew} onCancel={onDone}>
      The codes that you have stop working.
    </Prove>
  );
}

function TurnOff({ onDone }: { onDone: () => void }) {
  const off = useMutation({
    mutationFn: (proof: Proof) => trpcClient.secondFactor.turnOff.mutate(proof),
    onSuccess: () => {
      onDone();
      void toast("Two-step sign-in is off.");
    },
  });
  return (
    <Prove action="Turn off" {...off} onCancel={onDone}>
      Signing in takes your password alone then.
    </Prove>
  );
}

interface ProveProps {
  children: string;
  action: string;
  mutate: (proof: Proof, handlers: { onError: (error: unknown) => void }) => void;
  isPending: boolean;
  error: unknown;
  onCancel: () => void;
}

/** What lowers the guard takes both again: an open browser alone does not do. */
function Prove({ children, action, mutate, isPending, error, onCancel }: ProveProps) {
  const form = useForm({
    initialValues: { password: "", code: "" },
    validate: {
      password: (value) => (value ? null : "Enter your password."),
      code: (value) => (value.trim() ? null : "Enter the code of your app."),
    },
  });
  const send = (proof: Proof) => mutate(proof, { onError: (problem) => setFormError(form, problem) });
  return (
    <form className="stack" onSubmit={form.onSubmit(send)} noValidate>
      <p>{children}</p>
      <PasswordInput
        label="Your password"
        autoComplete="current-password"
        data-autofocus
        visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
        {...form.getInputProps("password")}
      />
      <CodeInput
        label="Code of the app"
        description="Or a backup code"
        autoFocus={false}
        data-autofocus={undefined}
        {...form.getInputProps("code")}
      />
      <FormError form={form} error={error} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" loading={isPending}>
          {action}
        </Button>
      </Group>
    </form>
  );
}
