import type { Request } from "express";
import { invalidParameterError } from "./errors.ts";

type SimulatorPage<Item> = {
  items: Item[];
  page: number;
  size: number;
  start: number;
  next: string | null;
  previous: string | null;
  first: string;
  self: string;
};

const one = (value: unknown) =>
  typeof value === "string" ? value : Array.isArray(value) ? String(value[0]) : undefined;

export function parsePageQuery(req: Request, name: string): string | undefined {
  const value = one(req.query[name]);
  return value === "" ? undefined : value;
}

/**
 * Returns one page of a list. A PageToken (`PA` + SID of the last item seen) keeps pages stable while new items arrive. Page
 * alone counts from the start.
 */
export function slicePage<Item>(
  req: Request,
  all: Item[],
  sidOf: (item: Item) => string,
  defaults: { size: number; most: number },
): SimulatorPage<Item> {
  const size = readNumber(req, "PageSize", 1) ?? defaults.size;
  if (size > defaults.most) throw invalidParameterError(`PageSize must be at most ${defaults.most}`);
  const page = readNumber(req, "Page", 0) ?? 0;
  const token = parsePageQuery(req, "PageToken");
  const back = token?.startsWith("PB") ?? false;
  const anchor = token ? all.findIndex((item) => sidOf(item) === token.slice(2)) : -1;
  if (token && anchor === -1) throw invalidParameterError("Invalid PageToken");

  const start = token ? (back ? Math.max(anchor - size, 0) : anchor + 1) : page * size;
  const items = all.slice(start, start + size);
  const last = items.at(-1);
  const first = items[0];
  const hasMore = last !== undefined && start + size < all.length;
  return {
    items,
    page,
    size,
    start,
    first: address(req, size, 0, null),
    self: address(req, size, page, token ?? null),
    next: hasMore ? address(req, size, page + 1, `PA${sidOf(last)}`) : null,
    previous: first && start > 0 && page > 0 ? address(req, size, page - 1, `PB${sidOf(first)}`) : null,
  };
}

function readNumber(req: Request, name: string, least: number): number | undefined {
  const text = parsePageQuery(req, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text) || Number(text) < least)
    throw invalidParameterError(`${name} must be a number of at least ${least}`);
  return Number(text);
}

/** The same path and filters with other paging parameters, in Twilio's order. */
function address(req: Request, size: number, page: number, token: string | null): string {
  const [path = "", query = ""] = req.originalUrl.split("?");
  const kept = [...new URLSearchParams(query)].filter(
    ([name]) => !["PageSize", "Page", "PageToken"].includes(name),
  );
  const params = new URLSearchParams(kept);
  params.append("PageSize", String(size));
  params.append("Page", String(page));
  if (token) params.append("PageToken", token);
  return `${path}?${params}`;
}

/** List response of the 2010 API: relative URIs, zero-based start and end. */
export function toApi2010List<Item>(
  page: SimulatorPage<Item>,
  key: string,
  items: unknown[],
): Record<string, unknown> {
  return {
    first_page_uri: page.first,
    end: Math.max(page.start + page.items.length - 1, 0),
    previous_page_uri: page.previous,
    [key]: items,
    uri: page.self,
    page_size: page.size,
    start: page.start,
    next_page_uri: page.next,
    page: page.page,
  };
}

/** List response of the newer APIs: absolute URLs in `meta`. */
export function toV1List<Item>(
  req: Request,
  page: SimulatorPage<Item>,
  key: string,
  items: unknown[],
): Record<string, unknown> {
  const absolute = (path: string | null) => (path === null ? null : baseUrlOf(req) + path);
  return {
    [key]: items,
    meta: {
      page: page.page,
      page_size: page.size,
      first_page_url: absolute(page.first),
      previous_page_url: absolute(page.previous),
      url: absolute(page.self),
      next_page_url: absolute(page.next),
      key,
    },
  };
}

/** Base URL as this client addresses the simulator. Twilio has one host per product; the simulator has one for all. */
export function baseUrlOf(req: Request): string {
  return `${req.protocol}://${req.get("host") ?? "localhost"}`;
}
