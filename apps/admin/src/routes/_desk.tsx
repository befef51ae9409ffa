import { createFileRoute, Navigate, Outlet, redirect } from "@tanstack/react-router";
import { connectionsQuery } from "../components/connections.ts";
import { NoOrganization } from "../components/no-organization.tsx";
import { loadMe, MeProvider, useAccount } from "../components/session.ts";
import { Shell } from "../components/shell.tsx";
import { ShellSkeleton } from "../components/shell-skeleton.tsx";
import { queryClient, trpc } from "../trpc.ts";

export const Route = createFileRoute("/_desk")({
  beforeLoad: async ({ location }) => {
    const me = await loadMe();
    if (me?.lacksSecondFactor) throw redirect({ to: "/second-step" });
    // Every page stands under what the shell says of them: known before it is drawn, it pushes nothing down.
    if (me?.organization) await queryClient.ensureQueryData(connectionsQuery()).catch(() => {});
    if (me) return;
    const { needed } = await queryClient.fetchQuery(trpc.setup.status.queryOptions());
    if (needed) throw redirect({ to: "/setup" });
    throw redirect({ to: "/sign-in", search: location.pathname === "/" ? {} : { next: location.href } });
  },
  pendingComponent: ShellSkeleton,
  component: Desk,
});

function Desk() {
  const me = useAccount();
  if (!me) return <Navigate to="/sign-in" />;
  if (me.lacksSecondFactor) return <Navigate to="/second-step" />;
  const { organization } = me;
  if (!organization) return <NoOrganization me={me} />;
  return (
    <MeProvider value={{ ...me, organization }}>
      <Shell>
        <Outlet />
      </Shell>
    </MeProvider>
  );
}
