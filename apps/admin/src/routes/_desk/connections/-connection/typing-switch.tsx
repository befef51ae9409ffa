import { useMutation, useQueryClient } from "@tanstack/react-query";
import { explain } from "../../../../components/explain.ts";
import { useWhyNotAdmin } from "../../../../components/session.ts";
import { type Connection, trpc } from "../../../../trpc.ts";
import { Switch } from "../../../../ui/switch.tsx";
import { Notice } from "../../../../ui/tone.tsx";

/** Whether customers see “typing…” and blue ticks. */
export function TypingSwitch({ connection: { id, showsTyping } }: { connection: Connection }) {
  const queryClient = useQueryClient();
  const why = useWhyNotAdmin("change this");
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
          {explain(change.error)}
        </Notice>
      ) : null}
    </>
  );
}
