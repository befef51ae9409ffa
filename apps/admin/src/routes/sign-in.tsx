import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { createFileRoute, Link, redirect, useRouter } from "@tanstack/react-router";
import { signIn } from "../auth.ts";
import { AuthFrame } from "../components/auth-frame.tsx";
import { FormProblem, showProblem } from "../components/form-problem.tsx";
import { loadMe, reloadMe } from "../components/session.ts";
import { queryClient, trpc } from "../trpc.ts";

const ownPath = (next: unknown) => (typeof next === "string" && /^\/(?![/\\])/.test(next) ? next : undefined);

export const Route = createFileRoute("/sign-in")({
  validateSearch: (search): { next?: string } => ({ next: ownPath(search.next) }),
  beforeLoad: async () => {
    if (await loadMe()) throw redirect({ to: "/" });
    const { needed } = await queryClient.fetchQuery(trpc.setup.status.queryOptions());
    if (needed) throw redirect({ to: "/setup" });
  },
  component: SignIn,
});

function SignIn() {
  const { next } = Route.useSearch();
  const router = useRouter();
  const form = useForm({
    initialValues: { email: "", password: "" },
    validate: {
      email: (email) => (email.includes("@") ? null : "Enter your email address."),
      password: (password) => (password ? null : "Enter your password."),
    },
  });
  const enter = useMutation({
    mutationFn: async (values: { email: string; password: string }) => {
      await signIn({ ...values, email: values.email.trim() });
      await reloadMe();
    },
    onSuccess: () => router.history.push(next ?? "/"),
    onError: (error) => showProblem(form, error),
  });
  return (
    <AuthFrame title="Sign in" lead="To the WhatsApp desk of your organisation.">
      <form className="stack" onSubmit={form.onSubmit((values) => enter.mutate(values))} noValidate>
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
        <FormProblem form={form} error={enter.error} />
        <Button type="submit" loading={enter.isPending} fullWidth>
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
