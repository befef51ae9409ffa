import { eventChanges } from "@waystation/whatsapp/events/changes";
import { eventChangesInput, listEventsInput } from "@waystation/whatsapp/events/inputs";
import { listEvents } from "@waystation/whatsapp/events/list";
import * as answers from "./response-schemas.ts";
import { member, router } from "./trpc.ts";

export const events = router({
  list: member
    .meta({
      rest: {
        method: "GET",
        path: "/api/events",
        about: "Twilio",
        summary: "List received webhooks, newest first",
        answer: answers.events,
      },
    })
    .input(listEventsInput.optional())
    .query(({ ctx, input }) => listEvents(ctx.domain, input ?? {})),
  changes: member
    .input(eventChangesInput.optional())
    .subscription(({ ctx, input, signal }) =>
      eventChanges(ctx.domain, input ?? {}, signal ?? AbortSignal.abort()),
    ),
});
