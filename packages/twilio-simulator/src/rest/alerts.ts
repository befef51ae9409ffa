import express, { type Request, type Router } from "express";
import type { SimulatorContext } from "../state/context.ts";
import type { MonitorAlert } from "../state/types.ts";
import { principalOf, requirePermission } from "./authenticate.ts";
import { invalidParameterError, notFoundError, resourcePathOf } from "./errors.ts";
import { baseUrlOf, parsePageQuery, slicePage, toV1List } from "./paging.ts";
import { iso8601 } from "./respond.ts";

/** monitor.twilio.com: alerts about failed webhooks. */
export function routeAlerts(ctx: SimulatorContext): Router {
  const router = express.Router();

  router.get("/v1/Alerts", (req, res) => {
    requirePermission(req, "/twilio/monitor/alerts/read");
    const { account } = principalOf(req);
    const level = parsePageQuery(req, "LogLevel");
    const start = readTime(req, "StartDate") ?? 0;
    const end = readTime(req, "EndDate") ?? Number.POSITIVE_INFINITY;
    const alerts = ctx.state.alerts
      .filter((alert) => alert.accountSid === account.sid && (!level || alert.level === level))
      .filter((alert) => alert.dateCreated >= start && alert.dateCreated <= end)
      .reverse();
    const page = slicePage(req, alerts, ({ sid }) => sid, { size: 50, most: 1000 });
    res.json(
      toV1List(
        req,
        page,
        "alerts",
        page.items.map((alert) => showAlert(req, alert)),
      ),
    );
  });

  // Only the single alert includes the request and the response.
  router.get("/v1/Alerts/:sid", (req, res) => {
    requirePermission(req, "/twilio/monitor/alerts/read");
    const alert = ctx.state.alerts.find(
      ({ sid, accountSid }) => sid === req.params.sid && accountSid === principalOf(req).account.sid,
    );
    if (!alert) throw notFoundError(resourcePathOf(req.originalUrl));
    res.json({
      ...showAlert(req, alert),
      request_variables: alert.requestVariables,
      response_body: alert.responseBody,
      response_headers: alert.responseHeaders,
      request_headers: alert.requestHeaders,
    });
  });

  return router;
}

function readTime(req: Request, name: string): number | undefined {
  const text = parsePageQuery(req, name);
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalidParameterError(`Invalid ${name}`);
  return time;
}

function showAlert(req: Request, alert: MonitorAlert): Record<string, unknown> {
  return {
    account_sid: alert.accountSid,
    alert_text: alert.text,
    api_version: "2010-04-01",
    date_created: iso8601(alert.dateCreated),
    date_generated: iso8601(alert.dateCreated),
    date_updated: iso8601(alert.dateCreated),
    error_code: String(alert.code),
    log_level: alert.level,
    more_info: `https://www.twilio.com/docs/errors/${alert.code}`,
    request_method: alert.requestMethod,
    request_url: alert.requestUrl,
    resource_sid: alert.resourceSid,
    service_sid: alert.serviceSid,
    sid: alert.sid,
    url: `${baseUrlOf(req)}/v1/Alerts/${alert.sid}`,
  };
}
