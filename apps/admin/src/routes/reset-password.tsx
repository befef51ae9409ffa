import { Button, NativeSelect, Skeleton, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useLocation } from "@tanstack/react-router";
import { AuthFrame } from "../components/account/auth-frame.tsx";
import { NewPasswordForm } from "../components/account/new-password-form.tsx";
import { FormError, setFormError } from "../components/form-error.tsx";
import { errorDetailsOf, queryClient, type RouterOutputs, trpc } from "../trpc.ts";
import { Notice } from "../ui/feedback/notice-and-tag.tsx";

export const Route = createFileRoute("/reset-password")({ component: ResetPassword });

function ResetPassword() {
  const token = useLocation({ select: ({ hash }) => hash });
  const offer = useQuery(trpc.password.offer.queryOptions({ token }, { retry: false, staleTime: Infinity }));
  if (offer.isPending) {
    return (
      <AuthFrame title="New password" lead="One moment, looking up the link.">
        <Skeleton height={62} />
        <Skeleton height={86} />
        <Skeleton height={36} />
      </AuthFrame>
    );
  }
  if (offer.isError) {
    return (
      <AuthFrame title="This link cannot be used">
        <Notice tone="warn" role="alert">
          {errorDetailsOf(offer.error).message}
        </Notice>
        <Button component={Link} to="/forgot-password">
          Ask for a new one
        </Button>
      </AuthFrame>
    );
  }
  return <Choose token={token} offer={offer.data} />;
}

function Choose({ token, offer }: { token: string; offer: RouterOutputs["password"]["offer"] }) {
  const { email, accounts } = offer;
  const form = useForm({
    initialValues: { password: "", accountId: accounts?.[0]?.id ?? "" },
    validate: { password: (value) => (value ? null : "Choose a password.") },
  });
  const reset = useMutation(
    trpc.password.reset.mutationOptions({
      // Whoever was signed in here is not any longer.
      onSuccess: () => queryClient.removeQueries(trpc.session.me.queryFilter()),
      onError: (error) => setFormError(form, error),
    }),
  );
  if (reset.isSuccess) {
    return (
      <AuthFrame title="Your password is changed">
        <Notice tone="good" role="status">
          Every device was signed out. Sign in with the new password.
        </Notice>
        <Button component={Link} to="/sign-in">
          Sign in
        </Button>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title="New password" lead="Every device on which you are signed in will be signed out.">
      <form
        className="stack"
        onSubmit={form.onSubmit(({ password, accountId }) =>
          reset.mutate({ token, password, ...(accounts && { accountId }) }),
        )}
        noValidate
      >
        <TextInput label="Email" value={email} readOnly autoComplete="username" />
        {accounts ? (
          <NativeSelect
            label="Account"
            description="This address has several accounts. Only the chosen one gets the new password."
            data={accounts.map(({ id, organizations }) => ({
              value: id,
              label: organizations.join(", ") || "In no organisation",
            }))}
            {...form.getInputProps("accountId")}
          />
        ) : null}
        <NewPasswordForm label="New password" autoFocus {...form.getInputProps("password")} />
        <FormError form={form} error={reset.error} />
        <Button type="submit" loading={reset.isPending} fullWidth>
          Change password
        </Button>
      </form>
    </AuthFrame>
  );
}
