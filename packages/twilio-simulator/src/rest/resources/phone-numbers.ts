import express, { type Router } from "express";
import type { SimulatorContext } from "../../state/context.ts";
import { accountOf, requirePermission } from "../authenticate.ts";
import { slicePage, toApi2010List } from "../paging.ts";
import { respond2010 } from "../respond.ts";

/** WhatsApp senders of seeded accounts are not Twilio phone numbers, so the list is empty, as is common at Twilio. */
export function routePhoneNumbers(ctx: SimulatorContext): Router {
  const router = express.Router();
  router.get("/2010-04-01/Accounts/:accountSid/IncomingPhoneNumbers", (req, res) => {
    requirePermission(req, "/twilio/numbers/incoming-phone-numbers/read");
    accountOf(ctx, req);
    const page = slicePage(req, [], () => "", { size: 50, most: 1000 });
    respond2010(res, "IncomingPhoneNumbers", toApi2010List(page, "incoming_phone_numbers", []));
  });
  return router;
}
