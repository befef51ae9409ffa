import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAdminRequiredReason, useSession } from "../../../components/account/session.ts";
import { setFormError } from "../../../components/form-error.tsx";
import { PageLayout } from "../../../components/shell/page-layout.tsx";
import { errorDetailsOf, trpc } from "../../../trpc.ts";
import { Notice } from "../../../ui/feedback/notice-and-tag.tsx";
import { formatAddress } from "../../../ui/format.ts";
import { AccountCard, type CredentialsForm, CredentialsStep } from "./-wizard/credentials-step.tsx";
import { readTypedSender, SANDBOX_SENDER, SenderStep, typedSenderProblem } from "./-wizard/sender-step.tsx";
import { canSetWebhook, type WebhookChoice, WebhookStep } from "./-wizard/webhook-step.tsx";
import css from "./-wizard/wizard.module.css";
import { WizardHelp } from "./-wizard/wizard-help.tsx";
import { WizardStep } from "./-wizard/wizard-step.tsx";

interface WizardSearch {
  step?: 2 | 3;
  mode?: "test";
  sender?: string;
  webhook?: WebhookChoice;
}

export const Route = createFileRoute("/_desk/connections/new")({
  validateSearch: (search): WizardSearch => ({
    step: search.step === 2 || search.step === 3 ? search.step : undefined,
    mode: search.mode === "test" ? "test" : undefined,
    sender: typeof search.sender === "string" ? search.sender : undefined,
    webhook: search.webhook === "set" || search.webhook === "paste" ? search.webhook : undefined,
  }),
  component: NewConnection,
});

const stepOf: Record<string, 2 | undefined> = { sender: 2 };

function NewConnection() {
  const why = useAdminRequiredReason("connect a sender");
  return (
    <PageLayout title="Connect Twilio" parent={{ label: "Connections", to: "/connections" }}>
      {why ? (
        <Notice tone="warn">
          <p>{why}</p>
          <p>
            <Link to="/connections">Back to the connections</Link>
          </p>
        </Notice>
      ) : (
        <Wizard />
      )}
    </PageLayout>
  );
}

function Wizard() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const queryClient = useQueryClient();
  const { instance } = useSession();
  const go = (change: WizardSearch, replace = false) =>
    navigate({ search: (before) => ({ ...before, ...change }), replace });

  const mode = search.mode === "test" && instance.testMode ? "test" : "live";
  const form = useForm<CredentialsForm>({
    initialValues: { accountSid: "", authToken: "", apiKeySid: "", apiKeySecret: "" },
  });
  const [displayName, setDisplayName] = useState("");
  /** A sender that Twilio's lists do not show. */
  const [typed, setTyped] = useState("");
  const [senderProblem, setSenderProblem] = useState<string | null>(null);
  const credentials = () => {
    const { accountSid, authToken, apiKeySid, apiKeySecret } = form.values;
    return {
      mode,
      accountSid,
      authToken,
      ...(apiKeySid || apiKeySecret ? { apiKeySid, apiKeySecret } : {}),
    } as const;
  };

  const verify = useMutation(
    trpc.twilioWhatsApp.verify.mutationOptions({
      onSuccess: (verified) => {
        setTyped("");
        const usable = verified.senders.filter((each) => !each.offline && !each.connected);
        const [only] = usable;
        go({ step: 2, sender: usable.length === 1 ? only?.address : undefined });
      },
      onError: (error) => setFormError(form, error),
    }),
  );
  const verified = verify.data;
  const sender = search.sender;
  const choice = search.webhook ?? (verified?.webhookUrlProblem ? "paste" : "set");
  const step = !verified ? 1 : search.step === 3 && sender ? 3 : search.step ? 2 : 1;

  const connect = useMutation(
    trpc.twilioWhatsApp.connect.mutationOptions({
      onSuccess: async (connection) => {
        await queryClient.invalidateQueries(trpc.twilioWhatsApp.status.queryFilter());
        const { id, configured, reattached } = connection;
        await navigate({
          to: "/connections/$connectionId",
          params: { connectionId: id },
          state: { outcome: { deed: "connected", configured, reattached } },
        });
      },
      onError: (error) => {
        const { field, message } = errorDetailsOf(error);
        if (!field) return;
        if (stepOf[field] === 2) setSenderProblem(message);
        else setFormError(form, error);
        go({ step: stepOf[field] });
      },
    }),
  );

  const check = () => {
    form.clearErrors();
    connect.reset();
    setSenderProblem(null);
    verify.mutate(credentials());
  };
  const pick = (next: string) => {
    setSenderProblem(null);
    setTyped("");
    connect.reset();
    go({ sender: next }, true);
  };
  const goToWebhook = () => {
    const wanted = typed ? readTypedSender(typed) : sender;
    if (wanted) go({ step: 3, sender: wanted });
    else setSenderProblem(typed ? typedSenderProblem : "Pick the sender that customers write to.");
  };
  const service = verified?.services.find((each) => each.sid === sender);
  return (
    <div className={css.columns}>
      <ol className={css.steps} aria-label="Steps">
        <WizardStep
          number={1}
          title="Credentials"
          now={step}
          summary={verified ? <AccountCard verified={verified} /> : null}
          onChange={() => go({ step: undefined })}
        >
          <CredentialsStep
            form={form}
            mode={mode}
            onMode={(next) => {
              form.reset();
              verify.reset();
              go({ mode: next === "test" ? "test" : undefined, sender: undefined }, true);
            }}
            error={
              verify.error ??
              (connect.error && !stepOf[errorDetailsOf(connect.error).field ?? ""] ? connect.error : null)
            }
            busy={verify.isPending}
            onContinue={check}
          />
        </WizardStep>
        <WizardStep
          number={2}
          title="Sender"
          now={step}
          summary={
            <span>
              <span className="strong">{service?.name ?? formatAddress(sender ?? null)}</span>
              {sender === SANDBOX_SENDER ? <span className="dim"> · Twilio's sandbox</span> : null}
              {displayName ? <span className="dim"> · {displayName}</span> : null}
            </span>
          }
          onChange={() => go({ step: 2 })}
        >
          {verified ? (
            <SenderStep
              verified={verified}
              sender={sender}
              onSender={pick}
              typed={typed}
              onTyped={(next) => {
                setTyped(next);
                setSenderProblem(null);
              }}
              displayName={displayName}
              onDisplayName={setDisplayName}
              error={senderProblem}
              onContinue={goToWebhook}
            />
          ) : null}
        </WizardStep>
        <WizardStep number={3} title="Webhook" now={step} summary={null} onChange={() => {}}>
          {verified && sender ? (
            <WebhookStep
              verified={verified}
              sender={sender}
              choice={choice}
              onChoice={(webhook) => go({ webhook }, true)}
              problem={
                connect.error && !errorDetailsOf(connect.error).field ? (
                  <Notice tone="bad" role="alert">
                    {errorDetailsOf(connect.error).message}
                  </Notice>
                ) : null
              }
              busy={connect.isPending}
              onConnect={() =>
                connect.mutate({
                  ...credentials(),
                  sender,
                  ...(displayName.trim() ? { displayName: displayName.trim() } : {}),
                  configureWebhook: choice === "set" && canSetWebhook(verified, sender),
                })
              }
            />
          ) : null}
        </WizardStep>
      </ol>
      <WizardHelp step={step} sender={sender} />
    </div>
  );
}
