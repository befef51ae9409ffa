import express, { type Router } from "express";
import type { Context } from "../state/context.ts";
import { accountOf, permit } from "./authenticate.ts";
import { cutPage, toList2010 } from "./paging.ts";
import { respond2010 } from "./respond.ts";

/** WhatsApp senders of seeded accounts are not Twilio phone numbers, so the list is empty: a normal case. */
export function routePhoneNumbers(ctx: Context): Router {
  const router = express.Router();
  router.get("/2010-04-01/Accounts/:accountSid/IncomingPhoneNumbers", (req, res) => {
    permit(req, "/twilio/numbers/incoming-phone-numbers/read");
    accountOf(ctx, req);
    const page = cutPage(req, [], () => "", { size: 50, most: 1000 });
    respond2010(res, "IncomingPhoneNumbers", toList2010(page, "incoming_phone_numbers", []));
  });
  return router;
}
