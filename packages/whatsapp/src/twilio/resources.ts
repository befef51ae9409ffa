import twilio from "twilio";
import type { TwilioClient } from "./client.ts";
import { isObject } from "./fields.ts";
import { UnexpectedResponseError } from "./http.ts";

type Resource = Record<string, unknown>;

interface ResourcePage {
  items: Resource[];
  /** The error that ended the list early, if any. */
  failure: unknown;
}

const MAX_ITEMS = 500;
const MAX_PAGES = 50;

/** The response as Twilio wrote it: the client's own classes throw on nulls that the OpenAPI files allow. */
export async function fetchResource(
  client: TwilioClient,
  uri: string,
  params: object = {},
): Promise<Resource> {
  return readObject(await call(client, { method: "get", uri, params }));
}

/** Up to 500 items from as many pages as needed. Throws if the first page cannot be read. */
export async function listResources(
  client: TwilioClient,
  uri: string,
  key: string,
  params: object = {},
): Promise<ResourcePage> {
  const items: Resource[] = [];
  const seen = new Set<string>();
  let next: string | null = uri;
  while (next !== null && items.length < MAX_ITEMS && seen.size < MAX_PAGES && !seen.has(next)) {
    const isFirst = seen.size === 0;
    seen.add(next);
    try {
      const page: Resource = await fetchResource(
        client,
        next,
        isFirst ? { ...params, PageSize: MAX_ITEMS } : {},
      );
      const found = page[key];
      if (!Array.isArray(found)) throw new UnexpectedResponseError(`Twilio's response has no list of ${key}`);
      items.push(...found.map((item) => (isObject(item) ? item : {})));
      next = nextPage(page);
    } catch (error) {
      if (isFirst) throw error;
      return { items, failure: error };
    }
  }
  return { items: items.slice(0, MAX_ITEMS), failure: null };
}

/** Changes a resource. The body of a successful response is ignored. */
export async function updateResource(
  client: TwilioClient,
  uri: string,
  data: object,
  contentType: "application/json" | "application/x-www-form-urlencoded",
): Promise<void> {
  await call(client, { method: "post", uri, data, headers: { "Content-Type": contentType } });
}

async function call(client: TwilioClient, options: Parameters<TwilioClient["request"]>[0]): Promise<string> {
  const response: { statusCode: number; body: string } = await client.request(options);
  if (response.statusCode < 200 || response.statusCode >= 300) throw new twilio.RestException(response);
  return response.body;
}

function readObject(body: string): Resource {
  const value: unknown = body === "" ? null : JSON.parse(body);
  if (!isObject(value)) throw new UnexpectedResponseError("Twilio's response is no JSON object");
  return value;
}

function nextPage(page: Resource): string | null {
  const meta = isObject(page.meta) ? page.meta : {};
  return typeof meta.next_page_url === "string" && URL.canParse(meta.next_page_url)
    ? meta.next_page_url
    : null;
}
