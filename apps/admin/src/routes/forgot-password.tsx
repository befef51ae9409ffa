import { Button, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { AuthFrame } from "../components/account/auth-frame.tsx";
import { FormError, setFormError } from "../components/form-error.tsx";
import { queryClient, trpc } from "../trpc.ts";
import { Notice } from "../ui/feedback/notice-and-tag.tsx";

export const Route = createFileRoute("/forgot-password")({
  loader: () => queryClient.ensureQueryData(trpc.setup.status.queryOptions()),
  component: ForgotPassword,
});

function ForgotPassword() {
  const { mail } = useSuspenseQuery(trpc.setup.status.queryOptions()).data;
  return (
    <AuthFrame
      title="Forgot your password?"
      lead={
        mail
          ? "We send you a link with which you choose a new one."
          : "This Waystation sends no mail, so somebody has to help you."
      }
    >
      {mail ? <AskForLink /> : <AskSomebody />}
      <p className="dim small">
        It came back to you? <Link to="/sign-in">Sign in</Link>
      </p>
    </AuthFrame>
  );
}

function AskForLink() {
  const form = useForm({
    initialValues: { email: "" },
    validate: { email: (email) => (email.includes("@") ? null : "Enter your email address.") },
  });
  const ask = useMutation(
    trpc.password.requestReset.mutationOptions({ onError: (error) => setFormError(form, error) }),
  );
  if (ask.isSuccess) {
    return (
      <Notice tone="good" role="status" title="Look into your mail">
        If {ask.variables.email.trim()} has an account here, a link is on its way. It works once, for an hour.
        Nothing there after a few minutes? Look among the junk, or ask an owner of your team for a link.
      </Notice>
    );
  }
  return (
    <form className="stack" onSubmit={form.onSubmit((values) => ask.mutate(values))} noValidate>
      <TextInput
        label="Email"
        type="email"
        autoComplete="username"
        autoFocus
        {...form.getInputProps("email")}
      />
      <FormError form={form} error={ask.error} />
      <Button type="submit" loading={ask.isPending} fullWidth>
        Send the link
      </Button>
    </form>
  );
}

const AskSomebody = () => (
  <div className="stack">
    <p>
      Ask <span className="strong">an owner of your team</span>. On the page Team they make you a link, with
      which you choose a new password.
    </p>
    <p>
      If you are the owner yourself, ask <span className="strong">whoever runs the server</span>. This makes
      your link:
    </p>
    <p>
      <code className="mono small" style={{ overflowWrap: "anywhere" }}>
        npx -y pnpm@10.34.9 users reset-link you@example.com
      </code>
    </p>
  </div>
);
