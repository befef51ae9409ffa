import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { createFileRoute, Link, redirect, useNavigate, useRouter } from "@tanstack/react-router";
import { signIn, submitSecondFactorCode } from "../auth.ts";
import { AuthFrame } from "../components/account/auth-frame.tsx";
import { loadSession, reloadSession } from "../components/account/session.ts";
import { FormError, setFormError } from "../components/form-error.tsx";
import { CodeInput } from "../components/second-factor/code-input.tsx";
import { queryClient, trpc } from "../trpc.ts";

const ownPath = (next: unknown) => (typeof next === "string" && /^\/(?![/\\])/.test(next) ? next : undefined);

export const Route = createFileRoute("/sign-in")({
  validateSearch: (search): { next?: string; step?: "code" } => ({
    next: ownPath(search.next),
    step: search.step === "code" ? "code" : undefined,
  }),
  beforeLoad: async () => {
    if (await loadSession()) throw redirect({ to: "/" });
    const { needed } = await queryClient.fetchQuery(trpc.setup.status.queryOptions());
    if (needed) throw redirect({ to: "/setup" });
  },
  component: SignIn,
});

function SignIn() {
  return Route.useSearch().step === "code" ? <Code /> : <Password />;
}

function useEnter() {
  const { next } = Route.useSearch();
  const router = useRouter();
  return async () => {
    await reloadSession();
    router.history.push(next ?? "/");
  };
}

function Password() {
  const { next } = Route.useSearch();
  const navigate = useNavigate();
  const enter = useEnter();
  const form = useForm({
    initialValues: { email: "", password: "" },
    validate: {
      email: (email) => (email.includes("@") ? null : "Enter your email address."),
      password: (password) => (password ? null : "Enter your password."),
    },
  });
  const send = useMutation({
    mutationFn: async (values: { email: string; password: string }) => {
      const needsCode = await signIn({ ...values, email: values.email.trim() });
      if (needsCode) await navigate({ to: "/sign-in", search: { next, step: "code" } });
      else await enter();
    },
    onError: (error) => setFormError(form, error),
  });
  return (
    <AuthFrame title="Sign in" lead="To the WhatsApp desk of your organisation.">
      <form className="stack" onSubmit={form.onSubmit((values) => send.mutate(values))} noValidate>
        <TextInput
          label="Email"
          type="email"
          autoComplete="username"
          autoFocus
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
          {...form.getInputProps("password")}
        />
        <FormError form={form} error={send.error} />
        <Button type="submit" loading={send.isPending} fullWidth>
          Sign in
        </Button>
      </form>
      <p className="small">
        <Link to="/forgot-password">Forgot your password?</Link>
      </p>
      <p className="dim small">
        No account yet? Waystation is by invitation: ask an owner or admin of your organisation for a link.
      </p>
    </AuthFrame>
  );
}

function Code() {
  const { next } = Route.useSearch();
  const enter = useEnter();
  const form = useForm({
    initialValues: { code: "" },
    validate: { code: (value) => (value.trim() ? null : "Enter the code that your app shows.") },
  });
  const send = useMutation({
    mutationFn: async ({ code }: { code: string }) => {
      await submitSecondFactorCode(code);
      await enter();
    },
    onError: (error) => setFormError(form, error),
  });
  return (
    <AuthFrame
      title="One more step"
      lead="Your password is right. Now the code that your authenticator app shows."
    >
      <form className="stack" onSubmit={form.onSubmit((values) => send.mutate(values))} noValidate>
        <CodeInput
          label="Code"
          description="Six digits, or one of your backup codes"
          {...form.getInputProps("code")}
        />
        <FormError form={form} error={send.error} />
        <Button type="submit" loading={send.isPending} fullWidth>
          Sign in
        </Button>
      </form>
      <p className="dim small">
        Neither app nor backup codes at hand? An owner of your team can reset your second step.{" "}
        <Link to="/sign-in" search={{ next }}>
          Start again
        </Link>
      </p>
    </AuthFrame>
  );
}
