import { beginSecondFactor } from "@waystation/identity/second-factor/begin";
import { confirmSecondFactor } from "@waystation/identity/second-factor/confirm";
import {
  beginSecondFactorInput,
  confirmSecondFactorInput,
  reauthenticationInput,
} from "@waystation/identity/second-factor/inputs";
import { renewBackupCodes } from "@waystation/identity/second-factor/renew-backup-codes";
import { secondFactorStatus } from "@waystation/identity/second-factor/status";
import { turnOffSecondFactor } from "@waystation/identity/second-factor/turn-off";
import { router, signedInProcedure, userProcedure } from "../../trpc.ts";

export const secondFactorRouter = router({
  status: signedInProcedure.query(({ ctx }) => secondFactorStatus(ctx.self)),
  begin: signedInProcedure
    .input(beginSecondFactorInput)
    .mutation(({ ctx, input }) => beginSecondFactor(ctx.self, input)),
  confirm: signedInProcedure
    .input(confirmSecondFactorInput)
    .mutation(({ ctx, input }) => confirmSecondFactor(ctx.self, input)),
  renewBackupCodes: userProcedure
    .input(reauthenticationInput)
    .mutation(({ ctx, input }) => renewBackupCodes(ctx.self, input)),
  turnOff: userProcedure
    .input(reauthenticationInput)
    .mutation(({ ctx, input }) => turnOffSecondFactor(ctx.self, input)),
});
