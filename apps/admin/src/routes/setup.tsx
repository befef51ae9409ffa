import { Button, Divider, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { createFileRoute, redirect, useNavigate } from "@tanstack/react-router";
import { signIn } from "../auth.ts";
import { AuthFrame } from "../components/account/auth-frame.tsx";
import { NewPasswordForm } from "../components/account/new-password-form.tsx";
import { reloadSession } from "../components/account/session.ts";
import { FormError, setFormError } from "../components/form-error.tsx";
import { textParam } from "../components/text-param.ts";
import { queryClient, trpc, trpcClient } from "../trpc.ts";

export const Route = createFileRoute("/setup")({
  validateSearch: (search): { token?: string } => ({
    token: textParam(search.token),
  }),
  beforeLoad: async () => {
    const { needed } = await queryClient.fetchQuery(trpc.setup.status.queryOptions());
    if (!needed) throw redirect({ to: "/sign-in" });
  },
  component: Setup,
});

function Setup() {
  const { token } = Route.useSearch();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { token: token ?? "", name: "", email: "", password: "", organization: "" },
    // Only what is missing is said here: the server knows the rules, and puts its answer beside the field.
    validate: {
      token: (value) => (value ? null : "Copy the setup token from where Waystation was started."),
      name: (value) => (value.trim() ? null : "Enter your name as your team should see it."),
      email: (value) => (value.trim() ? null : "Enter your email address."),
      password: (value) => (value ? null : "Choose a password."),
      organization: (value) => (value.trim() ? null : "Give your organisation a name."),
    },
  });
  const create = useMutation({
    mutationFn: async (values: typeof form.values) => {
      await trpcClient.setup.createOwner.mutate(values);
      queryClient.removeQueries(trpc.setup.status.queryFilter());
      await signIn({ email: values.email.trim(), password: values.password });
      await reloadSession();
    },
    onSuccess: () => navigate({ to: "/" }),
    onError: (error) => setFormError(form, error),
  });
  return (
    <AuthFrame
      title="Set up Waystation"
      lead="You are the first one here. This makes the owner account and its organisation."
    >
      <form className="stack" onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
        <TextInput
          label="Setup token"
          description="Printed in the terminal where Waystation was started."
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: "mono" }}
          autoFocus={!token}
          {...form.getInputProps("token")}
        />
        <Divider />
        <TextInput
          label="Your name"
          autoComplete="name"
          autoFocus={Boolean(token)}
          {...form.getInputProps("name")}
        />
        <TextInput label="Email" type="email" autoComplete="username" {...form.getInputProps("email")} />
        <NewPasswordForm label="Password" {...form.getInputProps("password")} />
        <TextInput
          label="Organisation"
          description="Who your customers write to. More can be added later."
          autoComplete="organization"
          {...form.getInputProps("organization")}
        />
        <FormError form={form} error={create.error} />
        <Button type="submit" loading={create.isPending} fullWidth>
          Create the owner account
        </Button>
      </form>
    </AuthFrame>
  );
}
