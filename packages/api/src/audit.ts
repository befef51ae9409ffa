import { listAuditInput } from "@waystation/whatsapp/audit/inputs";
import { listAudit } from "@waystation/whatsapp/audit/list";
import { listActors } from "@waystation/whatsapp/audit/list-actors";
import * as answers from "./response-schemas.ts";
import { admin, router } from "./trpc.ts";

export const audit = router({
  list: admin
    .meta({
      rest: {
        method: "GET",
        path: "/api/audit",
        about: "Organisation",
        summary: "List who did what, newest first",
        answer: answers.auditEntries,
      },
    })
    .input(listAuditInput.optional())
    .query(({ ctx, input }) => listAudit(ctx.domain, input ?? {})),
  actors: admin.query(({ ctx }) => listActors(ctx.domain)),
});
