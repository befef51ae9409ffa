import { DomainError } from "@waystation/core/errors";
import twilio from "twilio";
import { TwilioHttp } from "./http.ts";

interface TwilioAuthentication {
  mode: "live" | "test";
  accountSid: string;
  username: string;
  password: string;
}

export type TwilioClient = twilio.Twilio;

/** The time limit of one operation, for all its calls together. */
const PATIENCE_MS = 10_000;

export function twilioTimeoutSignal(): AbortSignal {
  return AbortSignal.timeout(PATIENCE_MS);
}

/** The official client for one account, connected to Twilio or (test mode) to the simulator. */
export function createTwilioClient(
  login: TwilioAuthentication,
  simulatorUrl: string | null,
  until: AbortSignal,
): TwilioClient {
  if (login.mode === "test" && simulatorUrl === null)
    throw new DomainError(
      "test_mode_off",
      "Test mode is off on this server: it has no TWILIO_SIMULATOR_URL.",
      {
        field: "mode",
      },
    );
  const http = new TwilioHttp(until, login.mode === "test" ? simulatorUrl : null);
  return new twilio.Twilio(login.username, login.password, {
    accountSid: login.accountSid,
    // The client calls only `request`.
    httpClient: http as unknown as twilio.RequestClient,
  });
}
