import { subscribeToEventChanges } from "@waystation/whatsapp/events/event-changes";
import { eventChangesInput, listEventsInput } from "@waystation/whatsapp/events/inputs";
import { listEvents } from "@waystation/whatsapp/events/list-events";
import * as schemas from "../rest/connection-schemas.ts";
import { memberProcedure, router } from "../trpc.ts";

export const eventsRouter = router({
  list: memberProcedure
    .meta({
      rest: {
        method: "GET",
        path: "/api/events",
        about: "Twilio",
        summary: "List received webhooks, newest first",
        answer: schemas.eventsSchema,
      },
    })
    .input(listEventsInput.optional())
    .query(({ ctx, input }) => listEvents(ctx.domain, input ?? {})),
  changes: memberProcedure
    .input(eventChangesInput.optional())
    .subscription(({ ctx, input, signal }) =>
      subscribeToEventChanges(ctx.domain, input ?? {}, signal ?? AbortSignal.abort()),
    ),
});
