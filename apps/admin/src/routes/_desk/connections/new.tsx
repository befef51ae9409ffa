import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { showProblem } from "../../../components/form-problem.tsx";
import { Page } from "../../../components/page.tsx";
import { useMe, useWhyNotAdmin } from "../../../components/session.ts";
import { problemOf, trpc } from "../../../trpc.ts";
import { formatAddress } from "../../../ui/format.ts";
import { Notice } from "../../../ui/tone.tsx";
import { AccountCard, type Credentials, CredentialsStep } from "./-wizard/credentials.tsx";
import { Help } from "./-wizard/help.tsx";
import { readTypedSender, SenderStep, sandbox, typedSenderProblem } from "./-wizard/sender.tsx";
import { Step } from "./-wizard/step.tsx";
import { canSetWebhook, type WebhookChoice, WebhookStep } from "./-wizard/webhook.tsx";
import css from "./-wizard/wizard.module.css";

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
  const why = useWhyNotAdmin("connect a sender");
  return (
    <Page title="Connect Twilio" parent={{ label: "Connections", to: "/connections" }}>
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
    </Page>
  );
}

function Wizard() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const queryClient = useQueryClient();
  const { instance } = useMe();
  const go = (change: WizardSearch, replace = false) =>
    navigate({ search: (before) => ({ ...before, ...change }), replace });

  const mode = search.mode === "test" && instance.testMode ? "test" : "live";
  const form = useForm<Credentials>({
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
      onError: (error) => showProblem(form, error),
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
        const { field, message } = problemOf(error);
        if (!field) return;
        if (stepOf[field] === 2) setSenderProblem(message);
        else showProblem(form, error);
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
        <Step
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
              (connect.error && !stepOf[problemOf(connect.error).field ?? ""] ? connect.error : null)
            }
            busy={verify.isPending}
            onContinue={check}
          />
        </Step>
        <Step
          number={2}
          title="Sender"
          now={step}
          summary={
            <span>
              <span className="strong">{service?.name ?? formatAddress(sender ?? null)}</span>
              {sender === sandbox ? <span className="dim"> · Twilio's sandbox</span> : null}
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
        </Step>
        <Step number={3} title="Webhook" now={step} summary={null} onChange={() => {}}>
          {verified && sender ? (
            <WebhookStep
              verified={verified}
              sender={sender}
              choice={choice}
              onChoice={(webhook) => go({ webhook }, true)}
              problem={
                connect.error && !problemOf(connect.error).field ? (
                  <Notice tone="bad" role="alert">
                    {problemOf(connect.error).message}
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
        </Step>
      </ol>
      <Help step={step} sender={sender} />
    </div>
  );
}
