import { Button, PasswordInput, SegmentedControl, Skeleton, TextInput } from "@mantine/core";
import { schemaResolver, useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { updateProfileInput } from "@waystation/whatsapp/profile/inputs";
import {
  changePassword,
  currentSession,
  listSessions,
  revokeOtherSessions,
  revokeSession,
  type Session,
} from "../../auth.ts";
import { explain } from "../../components/explain.ts";
import { FormProblem, showProblem } from "../../components/form-problem.tsx";
import { NewPassword } from "../../components/new-password.tsx";
import { Page } from "../../components/page.tsx";
import { useMe } from "../../components/session.ts";
import { schemes, useScheme } from "../../components/theme-choice.tsx";
import { trpc } from "../../trpc.ts";
import { Card } from "../../ui/card.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { endClass, Table } from "../../ui/table.tsx";
import { Ago } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { Notice, Tag } from "../../ui/tone.tsx";
import { nameAddress, nameDevice } from "./-profile/device.ts";
import css from "./-profile/profile.module.css";
import { SecondFactor } from "./-profile/second-factor.tsx";

export const Route = createFileRoute("/_desk/profile")({ component: Profile });

function Profile() {
  return (
    <Page title="Profile">
      <div className={css.columns}>
        <You />
        <Password />
      </div>
      <SecondFactor />
      <Sessions />
      <Appearance />
    </Page>
  );
}

function You() {
  const { user } = useMe();
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
      onError: (error) => showProblem(form, error),
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
        <FormProblem form={form} error={update.error} />
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
    onError: (error) => showProblem(form, error),
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
        <NewPassword label="New password" {...form.getInputProps("newPassword")} />
        <FormProblem form={form} error={change.error} />
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
  const end = (session: Session, device: string) =>
    confirm({
      title: `Sign out ${device}?`,
      body: "Whoever uses it has to sign in again.",
      action: "Sign out",
      explain,
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
                explain,
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
            {explain(sessions.error)}
          </Notice>
        </div>
      ) : null}
      {sessions.data ? (
        <Table
          label="Sessions"
          head={
            <>
              <th scope="col">Device</th>
              <th scope="col">Address</th>
              <th scope="col">Last used</th>
              <th scope="col" className={endClass}>
                Actions
              </th>
            </>
          }
        >
          {sessions.data.map((session) => {
            const device = nameDevice(session.userAgent);
            return (
              <tr key={session.id}>
                <th scope="row">
                  <span className="row" style={{ gap: 6 }}>
                    <span className="strong">{device}</span>
                    {session.isMine ? <Tag tone="good">this device</Tag> : null}
                  </span>
                </th>
                <td className="mono dim">{nameAddress(session.ipAddress)}</td>
                <td className="dim">
                  <Ago at={session.updatedAt} />
                </td>
                <td className={endClass}>
                  {session.isMine ? null : (
                    <Button size="xs" variant="default" onClick={() => end(session, device)}>
                      Sign out
                    </Button>
                  )}
                </td>
              </tr>
            );
          })}
        </Table>
      ) : null}
    </Card>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useScheme();
  return (
    <Card title="Appearance">
      <SegmentedControl
        aria-label="Theme"
        w="fit-content"
        value={colorScheme}
        onChange={(value) => {
          const scheme = schemes.find((each) => each.value === value);
          if (scheme) setColorScheme(scheme.value);
        }}
        data={schemes.map(({ value, label }) => ({ value, label }))}
      />
    </Card>
  );
}
