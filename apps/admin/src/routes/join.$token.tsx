import { Anchor, Button, PasswordInput, Skeleton, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { signIn, signOut } from "../auth.ts";
import { AuthFrame } from "../components/account/auth-frame.tsx";
import { NewPasswordForm } from "../components/account/new-password-form.tsx";
import { loadSession, reloadSession, useSignedInUser } from "../components/account/session.ts";
import { FormError, setFormError } from "../components/form-error.tsx";
import { errorDetailsOf, queryClient, type RouterOutputs, trpc, trpcClient } from "../trpc.ts";
import { Notice } from "../ui/feedback/notice-and-tag.tsx";

type Invitation = RouterOutputs["team"]["invitation"];

export const Route = createFileRoute("/join/$token")({
  loader: async ({ params }) => {
    void queryClient.prefetchQuery(trpc.team.invitation.queryOptions(params));
    await loadSession();
  },
  component: Join,
});

function Join() {
  const { token } = Route.useParams();
  const invitation = useQuery(trpc.team.invitation.queryOptions({ token }, { retry: false }));
  if (invitation.isPending) {
    return (
      <AuthFrame title="Invitation" lead="One moment, looking it up.">
        <Skeleton height={62} />
        <Skeleton height={62} />
        <Skeleton height={36} />
      </AuthFrame>
    );
  }
  if (invitation.isError) {
    return (
      <AuthFrame title="This invitation cannot be used">
        <Notice tone="warn" role="alert">
          {errorDetailsOf(invitation.error).message}
        </Notice>
        <Button component={Link} to="/sign-in" variant="default">
          Go to sign-in
        </Button>
      </AuthFrame>
    );
  }
  return <Welcome invitation={invitation.data} />;
}

function Welcome({ invitation }: { invitation: Invitation }) {
  const me = useSignedInUser();
  const leave = useMutation({ mutationFn: () => signOut().then(reloadSession) });
  const { organization, email, role } = invitation;
  const article = role === "member" ? "a member" : `an ${role}`;
  const lead = `You are invited as ${article}, with the address ${email}.`;
  const other = me && me.user.email.toLowerCase() !== email.toLowerCase();
  return (
    <AuthFrame title={`Join ${organization}`} lead={lead}>
      {other ? (
        <>
          <Notice tone="warn">
            You are signed in as {me.user.email}, and this invitation is for {email}. Sign out, then open the
            link again.
          </Notice>
          <Button onClick={() => leave.mutate()} loading={leave.isPending}>
            Sign out
          </Button>
        </>
      ) : me ? (
        <ExistingAccount email={email} organization={organization} signedIn />
      ) : (
        <NewOrExisting email={email} organization={organization} />
      )}
    </AuthFrame>
  );
}

/** Whether the address has an account is for the person to say: an invitation link must not tell whoever made it. */
function NewOrExisting(props: { email: string; organization: string }) {
  const [hasAccount, setHasAccount] = useState(false);
  return (
    <>
      {hasAccount ? <ExistingAccount {...props} signedIn={false} /> : <NewAccount {...props} />}
      <p className="small">
        {hasAccount ? "No account for this address yet?" : "You have an account for this address already?"}{" "}
        <Anchor component="button" type="button" size="sm" onClick={() => setHasAccount(!hasAccount)}>
          {hasAccount ? "Create one" : "Sign in to join"}
        </Anchor>
      </p>
    </>
  );
}

function useEnter() {
  const navigate = useNavigate();
  return async (organizationId: string) => {
    await trpcClient.organizations.activate.mutate({ organizationId });
    queryClient.clear();
    await reloadSession();
    await navigate({ to: "/" });
  };
}

function ExistingAccount(props: { email: string; organization: string; signedIn: boolean }) {
  const { token } = Route.useParams();
  const enter = useEnter();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { password: "" },
    validate: { password: (value) => (value || props.signedIn ? null : "Enter your password.") },
  });
  const join = useMutation({
    mutationFn: async ({ password }: { password: string }) => {
      const needsCode = !props.signedIn && (await signIn({ email: props.email, password }));
      if (needsCode) return navigate({ to: "/sign-in", search: { step: "code", next: `/join/${token}` } });
      const { organizationId } = await trpcClient.team.join.mutate({ token });
      await enter(organizationId);
    },
    onError: (error) => setFormError(form, error),
  });
  return (
    <form className="stack" onSubmit={form.onSubmit((values) => join.mutate(values))} noValidate>
      {props.signedIn ? null : (
        <>
          <p>Sign in with your account to join.</p>
          <TextInput label="Email" value={props.email} readOnly autoComplete="username" />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            autoFocus
            visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
            {...form.getInputProps("password")}
          />
        </>
      )}
      <FormError form={form} error={join.error} />
      <Button type="submit" loading={join.isPending} fullWidth>
        {props.signedIn ? `Join ${props.organization}` : "Sign in and join"}
      </Button>
    </form>
  );
}

function NewAccount(props: { email: string; organization: string }) {
  const { token } = Route.useParams();
  const enter = useEnter();
  const form = useForm({
    initialValues: { name: "", password: "" },
    validate: {
      name: (value) => (value.trim() ? null : "Enter your name as your team should see it."),
      password: (value) => (value ? null : "Choose a password."),
    },
  });
  const join = useMutation({
    mutationFn: async (values: { name: string; password: string }) => {
      const { organizationId, email } = await trpcClient.team.join.mutate({ token, ...values });
      await signIn({ email, password: values.password });
      await enter(organizationId);
    },
    onError: (error) => setFormError(form, error),
  });
  return (
    <form className="stack" onSubmit={form.onSubmit((values) => join.mutate(values))} noValidate>
      <TextInput label="Email" value={props.email} readOnly autoComplete="username" />
      <TextInput label="Your name" autoComplete="name" autoFocus {...form.getInputProps("name")} />
      <NewPasswordForm label="Password" {...form.getInputProps("password")} />
      <FormError form={form} error={join.error} />
      <Button type="submit" loading={join.isPending} fullWidth>
        {`Join ${props.organization}`}
      </Button>
    </form>
  );
}
