import type { SimulatorContext } from "../state/context.ts";
import type { FailureKind, MonitorAlert, SimulatorAttempt, SimulatorDelivery } from "../state/types.ts";

/** Debugger codes of failed connections (Twilio error dictionary). */
const codes: Record<FailureKind, number> = {
  ct: 11205,
  connect: 11205,
  dns: 11210,
  tls: 11237,
  rt: 11200,
  reset: 11200,
  partial: 11200,
  cut: 11200,
  "too-large": 11750,
  url: 11100,
};

/** The Debugger alert for an attempt, or null if the attempt succeeded. */
export function alertOfAttempt(attempt: SimulatorAttempt): { code: number; text: string } | null {
  if (attempt.error) return { code: codes[attempt.error.kind], text: attempt.error.message };
  if (attempt.status === null || attempt.status >= 300)
    return { code: 11200, text: `Got HTTP ${attempt.status} response to ${attempt.url}` };
  return null;
}

export function raiseMonitorAlert(
  ctx: SimulatorContext,
  delivery: SimulatorDelivery,
  code: number,
  text: string,
): MonitorAlert {
  const last = delivery.attempts.at(-1);
  const param = (name: string) => delivery.params.find(([other]) => other === name)?.[1] ?? null;
  const alert: MonitorAlert = {
    sid: ctx.random.sid("NO"),
    accountSid: delivery.accountSid,
    code,
    text: new URLSearchParams({
      Msg: text,
      ErrorCode: String(code),
      LogLevel: code === 12200 ? "WARN" : "ERROR",
      url: delivery.url,
      ...(last?.status ? { httpResponse: String(last.status) } : {}),
    }).toString(),
    level: code === 12200 ? "warning" : "error",
    resourceSid: delivery.messageSid,
    serviceSid: param("MessagingServiceSid"),
    requestMethod: delivery.method,
    requestUrl: delivery.url,
    requestVariables: new URLSearchParams(delivery.params).toString(),
    requestHeaders: new URLSearchParams(delivery.headers).toString(),
    responseHeaders: new URLSearchParams(last?.headers ?? {}).toString(),
    responseBody: last?.body ?? "",
    dateCreated: ctx.clock.now(),
  };
  ctx.state.alerts.push(alert);
  delivery.alert = { sid: alert.sid, code, text };
  ctx.feed.publish("alert", { sid: alert.sid, code, text, accountSid: alert.accountSid });
  return alert;
}
