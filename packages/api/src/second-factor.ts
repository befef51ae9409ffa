import { beginSecondFactor } from "@waystation/whatsapp/second-factor/begin";
import { confirmSecondFactor } from "@waystation/whatsapp/second-factor/confirm";
import {
  beginSecondFactorInput,
  confirmSecondFactorInput,
  provedInput,
} from "@waystation/whatsapp/second-factor/inputs";
import { renewBackupCodes } from "@waystation/whatsapp/second-factor/renew-backup-codes";
import { secondFactorStatus } from "@waystation/whatsapp/second-factor/status";
import { turnOffSecondFactor } from "@waystation/whatsapp/second-factor/turn-off";
import { arriving, person, router } from "./trpc.ts";

export const secondFactor = router({
  status: arriving.query(({ ctx }) => secondFactorStatus(ctx.self)),
  begin: arriving
    .input(beginSecondFactorInput)
    .mutation(({ ctx, input }) => beginSecondFactor(ctx.self, input)),
  confirm: arriving
    .input(confirmSecondFactorInput)
    .mutation(({ ctx, input }) => confirmSecondFactor(ctx.self, input)),
  renewBackupCodes: person.input(provedInput).mutation(({ ctx, input }) => renewBackupCodes(ctx.self, input)),
  turnOff: person.input(provedInput).mutation(({ ctx, input }) => turnOffSecondFactor(ctx.self, input)),
});
