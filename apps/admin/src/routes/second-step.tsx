import { Button } from "@mantine/core";
import { createFileRoute, redirect, useNavigate } from "@tanstack/react-router";
import { AuthFrame } from "../components/auth-frame.tsx";
import { SetUp } from "../components/second-factor/set-up.tsx";
import { loadMe, reloadMe, useAccount } from "../components/session.ts";
import { useSignOut } from "../components/use-sign-out.ts";

/** Where whoever lacks the second step that their organisation asks for is led, and nowhere else. */
export const Route = createFileRoute("/second-step")({
  beforeLoad: async () => {
    const me = await loadMe();
    if (!me) throw redirect({ to: "/sign-in" });
    if (!me.lacksSecondFactor) throw redirect({ to: "/" });
  },
  component: SecondStep,
});

function SecondStep() {
  const me = useAccount();
  const navigate = useNavigate();
  const signOut = useSignOut();
  if (!me) return null;
  const enter = async () => {
    await reloadMe();
    await navigate({ to: "/" });
  };
  return (
    <AuthFrame
      title="Set up two-step sign-in"
      lead="Your organisation asks everybody for it: a password alone can be guessed, stolen or given away."
    >
      <SetUp email={me.user.email} onDone={enter} />
      <div>
        <Button variant="subtle" size="xs" onClick={signOut}>
          Sign out
        </Button>
      </div>
    </AuthFrame>
  );
}
