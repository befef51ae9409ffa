import { createFileRoute, Navigate, Outlet, redirect } from "@tanstack/react-router";
import { NoOrganization } from "../components/account/no-organization.tsx";
import { loadSession, SessionProvider, useSignedInUser } from "../components/account/session.ts";
import { connectionsQuery } from "../components/connections/connections.ts";
import { AppShell } from "../components/shell/app-shell.tsx";
import { AppShellSkeleton } from "../components/shell/app-shell-skeleton.tsx";
import { queryClient, trpc } from "../trpc.ts";

export const Route = createFileRoute("/_desk")({
  beforeLoad: async ({ location }) => {
    const me = await loadSession();
    if (me?.lacksSecondFactor) throw redirect({ to: "/second-step" });
    // Every page stands under what the shell says of them: known before it is drawn, it pushes nothing down.
    if (me?.organization) await queryClient.ensureQueryData(connectionsQuery()).catch(() => {});
    if (me) return;
    const { needed } = await queryClient.fetchQuery(trpc.setup.status.queryOptions());
    if (needed) throw redirect({ to: "/setup" });
    throw redirect({ to: "/sign-in", search: location.pathname === "/" ? {} : { next: location.href } });
  },
  pendingComponent: AppShellSkeleton,
  component: Desk,
});

function Desk() {
  const me = useSignedInUser();
  if (!me) return <Navigate to="/sign-in" />;
  if (me.lacksSecondFactor) return <Navigate to="/second-step" />;
  const { organization } = me;
  if (!organization) return <NoOrganization me={me} />;
  return (
    <SessionProvider value={{ ...me, organization }}>
      <AppShell>
        <Outlet />
      </AppShell>
    </SessionProvider>
  );
}
