import type { ErrorRequestHandler, RequestHandler } from "express";
import { renderXml } from "./render-xml.ts";

/** An error response of Twilio. Clients match on the code; the message varies. */
export class TwilioError extends Error {
  override name = "TwilioError";
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  toBody() {
    return {
      code: this.code,
      message: this.message,
      more_info: `https://www.twilio.com/docs/errors/${this.code}`,
      status: this.status,
    };
  }
}

export const unauthenticatedError = (message = "Authenticate") => new TwilioError(401, 20003, message);
export const accountInactiveError = () => new TwilioError(403, 20005, "Account not active");
export const tooManyRequestsError = () => new TwilioError(429, 20429, "Too Many Requests");
export const invalidParameterError = (message: string) => new TwilioError(400, 20422, message);
export const notFoundError = (path: string) =>
  new TwilioError(404, 20404, `The requested resource ${path} was not found`);

/** Path of the request without its query, as Twilio repeats it in 20404. */
export const resourcePathOf = (originalUrl: string) => originalUrl.split("?")[0] ?? originalUrl;

export const respondNotFound: RequestHandler = (req) => {
  throw notFoundError(resourcePathOf(req.originalUrl));
};

export const respondError: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) return next(error);
  const known = error instanceof TwilioError ? error : readParserError(error);
  res.status(known.status);
  if (known.status === 401) res.set("WWW-Authenticate", 'Basic realm="Twilio API"');
  if (known.status === 429) res.set("Retry-After", "1");
  if (res.locals.format === "xml")
    res.type("application/xml").send(renderXml("RestException", known.toBody()));
  else res.json(known.toBody());
};

/** Maps the errors that Express's body parsers throw. */
function readParserError(error: unknown): TwilioError {
  const status =
    typeof error === "object" && error && "status" in error && typeof error.status === "number"
      ? error.status
      : 500;
  if (status < 500) return new TwilioError(status, 20001, "Bad request");
  return new TwilioError(500, 20500, "An internal server error has occurred");
}
