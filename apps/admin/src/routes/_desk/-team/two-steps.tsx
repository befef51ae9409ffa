import { useMutation } from "@tanstack/react-query";
import { explain } from "../../../components/explain.ts";
import { useMe } from "../../../components/session.ts";
import { trpc } from "../../../trpc.ts";
import { Card } from "../../../ui/card.tsx";
import { confirm } from "../../../ui/confirm.tsx";
import { Switch } from "../../../ui/switch.tsx";
import { Notice } from "../../../ui/tone.tsx";
import { type Member, useRefreshTeam } from "./team.ts";

/** Whether everybody needs a second step to work here. */
export function TwoSteps({ members, isRequired }: { members: Member[]; isRequired: boolean }) {
  const { organization } = useMe();
  const refresh = useRefreshTeam();
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
      explain,
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
            {explain(change.error)}
          </Notice>
        ) : null}
      </div>
    </Card>
  );
}
