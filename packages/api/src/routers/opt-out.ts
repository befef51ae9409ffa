import { updateOptOutSettingsInput } from "@waystation/whatsapp/opt-out/inputs";
import { getOptOutSettings, updateOptOutSettings } from "@waystation/whatsapp/opt-out/settings";
import * as schemas from "../rest/conversation-schemas.ts";
import { adminProcedure, memberProcedure, router } from "../trpc.ts";

const path = "/api/opt-out";

export const optOutRouter = router({
  settings: memberProcedure
    .meta({
      rest: {
        method: "GET",
        path,
        about: "Organisation",
        summary: "Read which messages opt out",
        answer: schemas.optOutSettingsSchema,
      },
    })
    .query(({ ctx }) => getOptOutSettings(ctx.domain)),
  updateSettings: adminProcedure
    .meta({
      rest: {
        method: "POST",
        path,
        about: "Organisation",
        summary: "Change which messages opt out",
        description:
          "`languages` are the codes of all languages whose words count; the others are turned off. `stopWords` and `startWords` are the organisation's own words, which count before those of the languages. Stored messages are read with the new words, too.",
        answer: schemas.optOutSettingsSchema,
      },
    })
    .input(updateOptOutSettingsInput)
    .mutation(({ ctx, input }) => updateOptOutSettings(ctx.domain, input)),
});
