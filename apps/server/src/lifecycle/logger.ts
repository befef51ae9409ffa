import { DrizzleQueryError } from "drizzle-orm";
import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

const SECRETS = [
  "authorization",
  "cookie",
  "set-cookie",
  "x-twilio-signature",
  "authToken",
  "apiKeySecret",
  "password",
  "currentPassword",
  "newPassword",
  "token",
  "secret",
];

/** JSON lines. What must not be read later is not written: neither secrets nor the parameters of statements. */
export function createLogger(level: string, destination: DestinationStream = standardOutput()): Logger {
  const options = {
    level,
    redact: {
      paths: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
      censor: "[redacted]",
    },
    serializers: { err: describeError },
  };
  return pino(options, destination);
}

/** A disk too full for a log line must not end the server: lines are kept for a while, then left out. */
function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, maxLength: 4 * 1024 * 1024 });
  output.on("error", () => {});
  return output;
}

interface ErrorDescription {
  type: string;
  message: string;
  code?: unknown;
  stack?: string;
  cause?: ErrorDescription;
}

/** Without the fields that libraries hang on their errors; drizzle's own message repeats the parameters. */
export function describeError(error: unknown): ErrorDescription {
  if (error instanceof DrizzleQueryError)
    return error.cause ? describeError(error.cause) : { type: error.name, message: "A query failed." };
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  return {
    type: error.name,
    message: error.message,
    ...("code" in error && { code: error.code }),
    stack: error.stack,
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}
