import {
  Anchor,
  Button,
  Collapse,
  NativeSelect,
  PasswordInput,
  TextInput,
  UnstyledButton,
} from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useSession } from "../../../../components/account/session.ts";
import { explainError } from "../../../../components/explain-error.ts";
import { FormError } from "../../../../components/form-error.tsx";
import { type RouterOutputs, trpc } from "../../../../trpc.ts";
import { CopyableSid } from "../../../../ui/controls/copy.tsx";
import { Notice, StatusTag } from "../../../../ui/feedback/notice-and-tag.tsx";
import { capitalize } from "../../../../ui/format.ts";
import css from "./wizard.module.css";

export type VerifiedCredentials = RouterOutputs["twilioWhatsApp"]["verify"];
export interface CredentialsForm {
  accountSid: string;
  authToken: string;
  apiKeySid: string;
  apiKeySecret: string;
}

interface CredentialsStepProps {
  form: UseFormReturnType<CredentialsForm>;
  mode: "live" | "test";
  onMode: (mode: "live" | "test") => void;
  error: unknown;
  busy: boolean;
  onContinue: () => void;
}

export function CredentialsStep({ form, mode, onMode, error, busy, onContinue }: CredentialsStepProps) {
  const { instance } = useSession();
  const [keys, keysPart] = useDisclosure(form.values.apiKeySid !== "");
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onContinue();
      }}
    >
      {instance.testMode ? <Simulator form={form} mode={mode} onMode={onMode} /> : null}
      <TextInput
        label="Account SID"
        placeholder="AC…"
        autoComplete="off"
        spellCheck={false}
        autoFocus
        classNames={{ input: "mono" }}
        {...form.getInputProps("accountSid")}
      />
      <PasswordInput
        label="Auth Token"
        description="The primary one: Twilio signs webhooks with it."
        autoComplete="off"
        spellCheck={false}
        visibilityToggleButtonProps={{ "aria-label": "Show the Auth Token" }}
        {...form.getInputProps("authToken")}
      />
      <div>
        <UnstyledButton className="row small strong" onClick={keysPart.toggle} aria-expanded={keys}>
          {keys ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
          Use an API key for calls to Twilio (optional)
        </UnstyledButton>
        <Collapse expanded={keys} transitionDuration={140}>
          <div className="stack" style={{ paddingTop: 12 }}>
            <p className="dim small">
              Calls to Twilio then use the key, so that it can be replaced without touching the token. The
              Auth Token is still needed to check signatures.
            </p>
            <TextInput
              label="API key SID"
              placeholder="SK…"
              autoComplete="off"
              spellCheck={false}
              classNames={{ input: "mono" }}
              {...form.getInputProps("apiKeySid")}
            />
            <PasswordInput
              label="API key secret"
              autoComplete="off"
              visibilityToggleButtonProps={{ "aria-label": "Show the API key secret" }}
              {...form.getInputProps("apiKeySecret")}
            />
          </div>
        </Collapse>
      </div>
      <FormError form={form} error={error} />
      <div className="row">
        <Button type="submit" loading={busy}>
          Continue
        </Button>
        <span className="dim small">
          {busy ? "Asking Twilio…" : "Checked at Twilio now; nothing is saved yet."}
        </span>
      </div>
    </form>
  );
}

function Simulator({ form, mode, onMode }: Pick<CredentialsStepProps, "form" | "mode" | "onMode">) {
  const accounts = useQuery(
    trpc.twilioWhatsApp.testCredentials.queryOptions(undefined, {
      enabled: mode === "test",
      staleTime: 60_000,
    }),
  );
  const fill = (sid: string) => {
    const account = accounts.data?.accounts.find((each) => each.accountSid === sid);
    if (!account) return;
    form.setValues({
      accountSid: account.accountSid,
      authToken: account.authToken,
      apiKeySid: "",
      apiKeySecret: "",
    });
    form.clearErrors();
  };
  if (mode === "live") {
    return (
      <p className="small">
        No Twilio account at hand?{" "}
        <Anchor component="button" type="button" fz="inherit" onClick={() => onMode("test")}>
          Use the simulator
        </Anchor>
      </p>
    );
  }
  const note = accounts.data?.accounts.find((each) => each.accountSid === form.values.accountSid)?.note;
  return (
    <Notice tone="warn" title="Test mode">
      <p>The simulator stands in for Twilio: nothing leaves this machine.</p>
      {accounts.isError ? <p role="alert">{explainError(accounts.error)}</p> : null}
      <NativeSelect
        label="Simulated account"
        size="xs"
        value={
          accounts.data?.accounts.some((each) => each.accountSid === form.values.accountSid)
            ? form.values.accountSid
            : ""
        }
        onChange={({ currentTarget: { value } }) => fill(value)}
        data={[
          {
            value: "",
            label: accounts.isPending ? "Asking the simulator…" : "Choose one to fill the fields",
          },
          ...(accounts.data?.accounts ?? []).map((each) => ({ value: each.accountSid, label: each.name })),
        ]}
      />
      {note ? <p>{note}</p> : null}
      <p>
        <Anchor component="button" type="button" fz="inherit" onClick={() => onMode("live")}>
          Use a real Twilio account instead
        </Anchor>
      </p>
    </Notice>
  );
}

const gaps: [keyof VerifiedCredentials["permissions"], string][] = [
  ["account", "read the account"],
  ["messages", "read messages"],
  ["senders", "list WhatsApp senders"],
  ["services", "list Messaging Services"],
];

/** Proof that the right account was reached. */
export function AccountCard({ verified }: { verified: VerifiedCredentials }) {
  const { account, token, permissions } = verified;
  const unchecked = verified.unchecked.filter(({ what }) => what === "account" || what === "messages");
  const missing = gaps
    .filter(
      ([permission]) =>
        !permissions[permission] && !verified.unchecked.some(({ what }) => what === permission),
    )
    .map(([, what]) => what);
  const doubtful = token.primary === null || missing.length > 0 || unchecked.length > 0;
  return (
    <div className={css.result} data-tone={doubtful ? "warn" : "good"} role="status">
      <div className="row">
        <span className="strong">{account.name}</span>
        {account.status === "unknown" ? null : (
          <StatusTag tone={account.status === "active" ? "good" : "warn"}>{account.status}</StatusTag>
        )}
        {account.type === "unknown" ? null : (
          <StatusTag tone={account.type === "trial" ? "warn" : "muted"}>{account.type}</StatusTag>
        )}
        {account.relation === "unknown" ? null : (
          <StatusTag>{account.relation === "parent" ? "parent account" : "subaccount"}</StatusTag>
        )}
      </div>
      <div className="row small">
        <CopyableSid value={account.sid} label="Account SID" />
        {account.relation === "parent" || account.ownerSid === null ? null : (
          <span className="dim">
            of <CopyableSid value={account.ownerSid} label="parent account SID" />
          </span>
        )}
      </div>
      <p className="small">
        {token.primary === true ? "This is the primary Auth Token: it signs the account's webhooks." : null}
        {token.primary === false ? "This is the secondary Auth Token: Twilio does not sign with it." : null}
        {token.primary === null
          ? "Twilio did not say whether this is the primary Auth Token. The first webhook will prove it."
          : null}
        {account.type === "trial" ? " A trial account reaches verified numbers only." : null}
      </p>
      {unchecked.map(({ message }) => (
        <p key={message} className="small">
          {message}
        </p>
      ))}
      {missing.length > 0 ? (
        <p className="small">{capitalize(`these credentials may not ${missing.join(", nor ")}.`)}</p>
      ) : null}
    </div>
  );
}
