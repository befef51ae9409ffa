import { Button } from "@mantine/core";
import { createFileRoute, redirect, useNavigate } from "@tanstack/react-router";
import { AuthFrame } from "../components/account/auth-frame.tsx";
import { loadSession, reloadSession, useSignedInUser } from "../components/account/session.ts";
import { useSignOut } from "../components/account/use-sign-out.ts";
import { SecondFactorSetup } from "../components/second-factor/second-factor-setup.tsx";

/** Where whoever lacks the second step that their organisation asks for is led, and nowhere else. */
export const Route = createFileRoute("/second-step")({
  beforeLoad: async () => {
    const me = await loadSession();
    if (!me) throw redirect({ to: "/sign-in" });
    if (!me.lacksSecondFactor) throw redirect({ to: "/" });
  },
  component: SecondStep,
});

function SecondStep() {
  const me = useSignedInUser();
  const navigate = useNavigate();
  const signOut = useSignOut();
  if (!me) return null;
  const enter = async () => {
    await reloadSession();
    await navigate({ to: "/" });
  };
  return (
    <AuthFrame
      title="Set up two-step sign-in"
      lead="Your organisation asks everybody for it: a password alone can be guessed, stolen or given away."
    >
      <SecondFactorSetup email={me.user.email} onDone={enter} />
      <div>
        <Button variant="subtle" size="xs" onClick={signOut}>
          Sign out
        </Button>
      </div>
    </AuthFrame>
  );
}
