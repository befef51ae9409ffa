import { Button, PasswordInput, SegmentedControl, Skeleton, TextInput } from "@mantine/core";
import { schemaResolver, useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { updateProfileInput } from "@waystation/identity/profile/inputs";
import {
  type AuthSession,
  changePassword,
  currentSession,
  listSessions,
  revokeOtherSessions,
  revokeSession,
} from "../../auth.ts";
import { NewPasswordForm } from "../../components/account/new-password-form.tsx";
import { useSession } from "../../components/account/session.ts";
import { explainError } from "../../components/explain-error.ts";
import { FormError, setFormError } from "../../components/form-error.tsx";
import { colorSchemes, useColorSchemeChoice } from "../../components/shell/color-scheme.tsx";
import { PageLayout } from "../../components/shell/page-layout.tsx";
import { trpc } from "../../trpc.ts";
import { Card } from "../../ui/card.tsx";
import { alignEndClass, DataTable } from "../../ui/data-table.tsx";
import { confirm } from "../../ui/feedback/confirm.tsx";
import { Notice, StatusTag } from "../../ui/feedback/notice-and-tag.tsx";
import { toast } from "../../ui/feedback/toast.tsx";
import { RelativeTime } from "../../ui/time.tsx";
import { deviceLabel, ipAddressLabel } from "./-profile/device.ts";
import css from "./-profile/profile.module.css";
import { SecondFactor } from "./-profile/second-factor.tsx";

export const Route = createFileRoute("/_desk/profile")({ component: Profile });

function Profile() {
  return (
    <PageLayout title="Profile">
      <div className={css.columns}>
        <You />
        <Password />
      </div>
      <SecondFactor />
      <Sessions />
      <Appearance />
    </PageLayout>
  );
}

function You() {
  const { user } = useSession();
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues: { name: user.name },
    validate: schemaResolver(updateProfileInput, { sync: true }),
  });
  const update = useMutation(
    trpc.profile.update.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.session.me.queryFilter());
        await queryClient.invalidateQueries(trpc.team.list.queryFilter());
        form.resetDirty();
        void toast("Your name is saved.");
      },
      onError: (error) => setFormError(form, error),
    }),
  );
  return (
    <Card title="You">
      <form className="stack" onSubmit={form.onSubmit((values) => update.mutate(values))} noValidate>
        <TextInput label="Name" autoComplete="name" {...form.getInputProps("name")} />
        <TextInput
          label="Email"
          value={user.email}
          readOnly
          description="Your sign-in. It cannot be changed here yet."
        />
        <FormError form={form} error={update.error} />
        <div>
          <Button type="submit" loading={update.isPending}>
            Save name
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Password() {
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues: { currentPassword: "", newPassword: "" },
    validate: {
      currentPassword: (value) => (value ? null : "Enter your present password."),
      newPassword: (value) => (value ? null : "Choose the new password."),
    },
  });
  const change = useMutation({
    mutationFn: changePassword,
    onSuccess: () => {
      form.reset();
      void queryClient.invalidateQueries({ queryKey: ["sessions"] });
      void toast("The password is changed. Other devices were signed out.");
    },
    onError: (error) => setFormError(form, error),
  });
  return (
    <Card title="Password">
      <form className="stack" onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
        <PasswordInput
          label="Present password"
          autoComplete="current-password"
          visibilityToggleButtonProps={{ "aria-label": "Show the present password" }}
          {...form.getInputProps("currentPassword")}
        />
        <NewPasswordForm label="New password" {...form.getInputProps("newPassword")} />
        <FormError form={form} error={change.error} />
        <div>
          <Button type="submit" loading={change.isPending}>
            Change password
          </Button>
        </div>
      </form>
    </Card>
  );
}

/** Both at once, so that this device never shows as one of the others. */
async function loadSessions() {
  const [all, current] = await Promise.all([listSessions(), currentSession()]);
  return all.map((session) => ({ ...session, isMine: session.id === current?.session.id }));
}

function Sessions() {
  const queryClient = useQueryClient();
  const sessions = useQuery({ queryKey: ["sessions"], queryFn: loadSessions });
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["sessions"] });
  const end = (session: AuthSession, device: string) =>
    confirm({
      title: `Sign out ${device}?`,
      body: "Whoever uses it has to sign in again.",
      action: "Sign out",
      explain: explainError,
      run: async () => {
        await revokeSession(session.token);
        await refresh();
      },
    });
  const others = sessions.data?.filter((session) => !session.isMine).length ?? 0;
  return (
    <Card
      title="Where you are signed in"
      flush
      aside={
        others > 0 ? (
          <Button
            size="xs"
            variant="default"
            onClick={() =>
              confirm({
                title: "Sign out everywhere else?",
                body: "This device stays signed in; all others have to sign in again.",
                action: "Sign out the others",
                explain: explainError,
                run: async () => {
                  await revokeOtherSessions();
                  await refresh();
                },
              })
            }
          >
            Sign out the others
          </Button>
        ) : null
      }
    >
      {sessions.isPending ? <Skeleton height={40} m={16} w="auto" /> : null}
      {sessions.isError ? (
        <div style={{ padding: 16 }}>
          <Notice tone="bad" role="alert">
            {explainError(sessions.error)}
          </Notice>
        </div>
      ) : null}
      {sessions.data ? (
        <DataTable
          label="Sessions"
          head={
            <>
              <th scope="col">Device</th>
              <th scope="col">Address</th>
              <th scope="col">Last used</th>
              <th scope="col" className={alignEndClass}>
                Actions
              </th>
            </>
          }
        >
          {sessions.data.map((session) => {
            const device = deviceLabel(session.userAgent);
            return (
              <tr key={session.id}>
                <th scope="row">
                  <span className="row" style={{ gap: 6 }}>
                    <span className="strong">{device}</span>
                    {session.isMine ? <StatusTag tone="good">this device</StatusTag> : null}
                  </span>
                </th>
                <td className="mono dim">{ipAddressLabel(session.ipAddress)}</td>
                <td className="dim">
                  <RelativeTime at={session.updatedAt} />
                </td>
                <td className={alignEndClass}>
                  {session.isMine ? null : (
                    <Button size="xs" variant="default" onClick={() => end(session, device)}>
                      Sign out
                    </Button>
                  )}
                </td>
              </tr>
            );
          })}
        </DataTable>
      ) : null}
    </Card>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useColorSchemeChoice();
  return (
    <Card title="Appearance">
      <SegmentedControl
        aria-label="Theme"
        w="fit-content"
        value={colorScheme}
        onChange={(value) => {
          const scheme = colorSchemes.find((each) => each.value === value);
          if (scheme) setColorScheme(scheme.value);
        }}
        data={colorSchemes.map(({ value, label }) => ({ value, label }))}
      />
    </Card>
  );
}
