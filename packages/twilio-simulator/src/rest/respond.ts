import type { Response } from "express";
import { renderXml } from "./render-xml.ts";

/** Date format of the 2010 API: RFC 2822 with a numeric zone. */
export function rfc2822(time: number): string;
export function rfc2822(time: number | null): string | null;
export function rfc2822(time: number | null): string | null {
  return time === null ? null : new Date(time).toUTCString().replace("GMT", "+0000");
}

/** Date format of the newer APIs: ISO 8601 without fractions. */
export function iso8601(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** Sends a resource of the 2010 API as JSON or XML, depending on the path. */
export function respond2010(res: Response, root: string, body: Record<string, unknown>, status = 200): void {
  res.status(status);
  if (res.locals.format === "xml") res.type("application/xml").send(renderXml(root, body));
  else res.json(body);
}
