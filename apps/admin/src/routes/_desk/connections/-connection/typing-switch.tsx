import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useAdminRequiredReason } from "../../../../components/account/session.ts";
import { explainError } from "../../../../components/explain-error.ts";
import { type ConnectionStatus, trpc } from "../../../../trpc.ts";
import { Switch } from "../../../../ui/controls/switch.tsx";
import { Notice } from "../../../../ui/feedback/notice-and-tag.tsx";

/** Whether customers see “typing…” and blue ticks. */
export function TypingSwitch({ connection: { id, showsTyping } }: { connection: ConnectionStatus }) {
  const queryClient = useQueryClient();
  const why = useAdminRequiredReason("change this");
  const change = useMutation(
    trpc.twilioWhatsApp.showTyping.mutationOptions({
      onSettled: () => queryClient.invalidateQueries(trpc.twilioWhatsApp.status.queryFilter()),
    }),
  );
  return (
    <>
      <Switch
        label="Show customers when somebody types"
        description="They see “typing…”, and blue ticks at what they wrote."
        isOn={change.isPending ? change.variables.showsTyping : showsTyping}
        why={why}
        onChange={(isOn) => change.mutate({ connectionId: id, showsTyping: isOn })}
      />
      {change.error ? (
        <Notice tone="bad" role="alert">
          {explainError(change.error)}
        </Notice>
      ) : null}
    </>
  );
}
