import { listAuditInput } from "@waystation/identity/audit/inputs";
import { listAudit } from "@waystation/identity/audit/list";
import { listAuditActors } from "@waystation/identity/audit/list-actors";
import * as schemas from "../../rest/team-schemas.ts";
import { adminProcedure, router } from "../../trpc.ts";

export const auditRouter = router({
  list: adminProcedure
    .meta({
      rest: {
        method: "GET",
        path: "/api/audit",
        about: "Organisation",
        summary: "List who did what, newest first",
        answer: schemas.auditEntriesSchema,
      },
    })
    .input(listAuditInput.optional())
    .query(({ ctx, input }) => listAudit(ctx.domain, input ?? {})),
  actors: adminProcedure.query(({ ctx }) => listAuditActors(ctx.domain)),
});
