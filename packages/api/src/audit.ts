import { listAuditInput } from "@waystation/whatsapp/audit/inputs";
import { listAudit } from "@waystation/whatsapp/audit/list";
import { admin, router } from "./trpc.ts";

export const audit = router({
  list: admin.input(listAuditInput.optional()).query(({ ctx, input }) => listAudit(ctx.domain, input ?? {})),
});
