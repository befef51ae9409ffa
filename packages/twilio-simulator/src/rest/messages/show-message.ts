import type { SimulatorMessage } from "../../state/types.ts";
import { rfc2822 } from "../respond.ts";

/** The 20 properties of the Message resource. Counts and prices are strings; error_code is a number. */
export function showMessage(message: SimulatorMessage): Record<string, unknown> {
  const path = `/2010-04-01/Accounts/${message.accountSid}/Messages/${message.sid}`;
  return {
    account_sid: message.accountSid,
    api_version: "2010-04-01",
    body: message.body,
    date_created: rfc2822(message.dateCreated),
    date_sent: rfc2822(message.dateSent),
    date_updated: rfc2822(message.dateUpdated),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: message.errorMessage,
    from: message.from,
    messaging_service_sid: message.serviceSid,
    num_media: String(message.numMedia),
    num_segments: message.status === "scheduled" ? "0" : "1",
    price: null,
    price_unit: null,
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${path}/Media.json` },
    to: message.to,
    uri: `${path}.json`,
  };
}
