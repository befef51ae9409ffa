import type { Request } from "express";
import type { SimulatorContext } from "../../state/context.ts";
import type { SimulatorAccount, SimulatorMessage } from "../../state/types.ts";
import { invalidParameterError } from "../errors.ts";
import { parsePageQuery } from "../paging.ts";

const day = 24 * 60 * 60 * 1000;

/** Newest first. Filters: To, From, DateSent, DateSent> (at or after), DateSent< (at or before). */
export function listRestMessages(
  ctx: SimulatorContext,
  req: Request,
  account: SimulatorAccount,
): SimulatorMessage[] {
  const to = parsePageQuery(req, "To");
  const from = parsePageQuery(req, "From");
  const on = readDate(req, "DateSent");
  const after = readDate(req, "DateSent>");
  const before = readDate(req, "DateSent<");
  // For messages not sent yet, Twilio filters by creation date.
  const sent = (message: SimulatorMessage) => message.dateSent ?? message.dateCreated;

  return [...ctx.state.messages.values()]
    .filter((message) => message.accountSid === account.sid)
    .filter((message) => (!to || message.to === to) && (!from || message.from === from))
    .filter((message) => !on || (sent(message) >= on.start && sent(message) < on.end))
    .filter((message) => !after || sent(message) >= after.start)
    .filter((message) => !before || sent(message) < before.end)
    .reverse();
}

/** A day (`2026-11-23`, in UTC) or a second. Dates in API responses have whole seconds, so fractions are dropped. */
function readDate(req: Request, name: string): { start: number; end: number } | null {
  const text = parsePageQuery(req, name);
  if (text === undefined) return null;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalidParameterError(`Invalid ${name}`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return { start: time, end: time + day };
  const second = Math.floor(time / 1000) * 1000;
  return { start: second, end: second + 1000 };
}
