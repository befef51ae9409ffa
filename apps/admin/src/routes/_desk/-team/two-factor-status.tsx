import { useMutation } from "@tanstack/react-query";
import { useSession } from "../../../components/account/session.ts";
import { explainError } from "../../../components/explain-error.ts";
import { trpc } from "../../../trpc.ts";
import { Card } from "../../../ui/card.tsx";
import { Switch } from "../../../ui/controls/switch.tsx";
import { confirm } from "../../../ui/feedback/confirm.tsx";
import { Notice } from "../../../ui/feedback/notice-and-tag.tsx";
import { type TeamMember, useRefetchTeam } from "./team.ts";

/** Whether everybody needs a second step to work here. */
export function TwoFactorStatus({ members, isRequired }: { members: TeamMember[]; isRequired: boolean }) {
  const { organization } = useSession();
  const refresh = useRefetchTeam();
  const change = useMutation(trpc.organizations.requireSecondFactor.mutationOptions({ onSuccess: refresh }));
  const you = members.find((member) => member.isYou);
  const lacking = members.filter((member) => member.hasSecondFactor === false);
  if (organization.role === "member") return null;
  const why =
    organization.role !== "owner"
      ? "Only an owner decides about it."
      : !isRequired && you?.hasSecondFactor === false
        ? "Set up two-step sign-in for yourself first, on your profile."
        : null;
  const count = lacking.length === 1 ? "1 person has" : `${lacking.length} people have`;
  const set = (next: boolean) => {
    if (!next || lacking.length === 0) return change.mutate({ isRequired: next });
    confirm({
      title: "Ask everybody for two-step sign-in?",
      body: `${count} none yet, and cannot go on working until they have set it up. It takes them a minute and a phone.`,
      action: "Ask for it",
      explain: explainError,
      run: () => change.mutateAsync({ isRequired: true }),
    });
  };
  return (
    <Card title="Two-step sign-in">
      <div className="stack">
        <Switch
          label="Ask everybody for it"
          description={
            isRequired
              ? "Nobody works here without a code from an app beside the password."
              : lacking.length === 0
                ? "All of the team have it."
                : `${count} no second step yet.`
          }
          isOn={isRequired}
          why={why}
          onChange={set}
        />
        {change.error ? (
          <Notice tone="bad" role="alert">
            {explainError(change.error)}
          </Notice>
        ) : null}
      </div>
    </Card>
  );
}
