import express, { type Request, type Router } from "express";
import type { SimulatorContext } from "../../state/context.ts";
import type { ContentTemplate } from "../../state/types.ts";
import { principalOf, requirePermission } from "../authenticate.ts";
import { invalidParameterError, notFoundError, resourcePathOf } from "../errors.ts";
import { baseUrlOf, parsePageQuery, slicePage, toV1List } from "../paging.ts";
import { iso8601 } from "../respond.ts";

const collection = "/v1/Content";

export function routeContents(ctx: SimulatorContext): Router {
  const router = express.Router();

  router.get([collection, "/v2/Content"], (req, res) => {
    requirePermission(req, "/twilio/content/content/read");
    const page = slicePage(req, filterContents(req), ({ sid }) => sid, { size: 50, most: 1000 });
    res.json(
      toV1List(
        req,
        page,
        "contents",
        page.items.map((content) => showContent(req, content)),
      ),
    );
  });

  router.post(collection, (req, res) => {
    requirePermission(req, "/twilio/content/content/create");
    const now = ctx.clock.now();
    const content: ContentTemplate = {
      sid: ctx.random.sid("HX"),
      ...readContent(req),
      approval: null,
      dateCreated: now,
      dateUpdated: now,
    };
    principalOf(req).account.contents.unshift(content);
    res.status(201).json(showContent(req, content));
  });

  router.get(`${collection}/:sid`, (req, res) => {
    requirePermission(req, "/twilio/content/content/read");
    res.json(showContent(req, findContent(req)));
  });

  router.put(`${collection}/:sid`, (req, res) => {
    requirePermission(req, "/twilio/content/content/update");
    const content = findContent(req);
    Object.assign(content, readContent(req), { dateUpdated: ctx.clock.now() });
    res.json(showContent(req, content));
  });

  router.delete(`${collection}/:sid`, (req, res) => {
    requirePermission(req, "/twilio/content/content/delete");
    const { account } = principalOf(req);
    const content = findContent(req);
    account.contents = account.contents.filter((other) => other !== content);
    res.status(204).end();
  });

  return router;
}

export function findContent(req: Request): ContentTemplate {
  const content = principalOf(req).account.contents.find(({ sid }) => sid === req.params.sid);
  if (!content) throw notFoundError(resourcePathOf(req.originalUrl));
  return content;
}

/** Filters of the v2 lists. */
export function filterContents(req: Request): ContentTemplate[] {
  const language = parsePageQuery(req, "Language");
  const name = parsePageQuery(req, "ContentName");
  const text = parsePageQuery(req, "Content")?.toLowerCase();
  const type = parsePageQuery(req, "ContentType");
  return principalOf(req).account.contents.filter(
    (content) =>
      (!language || content.language === language) &&
      (!name || content.friendlyName.includes(name)) &&
      (!text || JSON.stringify(content.types).toLowerCase().includes(text)) &&
      (!type || type in content.types),
  );
}

const knownTypes =
  /^(twilio\/(text|media|location|list-picker|call-to-action|quick-reply|card|carousel|catalog|schedule|flows)|whatsapp\/(card|authentication|flows))$/;

function readContent(
  req: Request,
): Pick<ContentTemplate, "friendlyName" | "language" | "variables" | "types"> {
  const body = (req.body ?? {}) as Record<string, unknown>;
  const types = body.types;
  if (typeof types !== "object" || types === null || Object.keys(types).length === 0)
    throw invalidParameterError("types is required");
  const unknown = Object.keys(types).find((type) => !knownTypes.test(type));
  if (unknown) throw invalidParameterError(`Unknown content type ${unknown}`);
  if (typeof body.language !== "string" || body.language === "")
    throw invalidParameterError("language is required");
  return {
    friendlyName: typeof body.friendly_name === "string" ? body.friendly_name : "",
    language: body.language,
    variables: (body.variables ?? {}) as Record<string, string>,
    types: types as ContentTemplate["types"],
  };
}

export function showContentCore(req: Request, content: ContentTemplate): Record<string, unknown> {
  return {
    date_created: iso8601(content.dateCreated),
    date_updated: iso8601(content.dateUpdated),
    sid: content.sid,
    account_sid: principalOf(req).account.sid,
    friendly_name: content.friendlyName,
    language: content.language,
    variables: content.variables,
    types: content.types,
  };
}

function showContent(req: Request, content: ContentTemplate): Record<string, unknown> {
  const url = `${baseUrlOf(req)}${collection}/${content.sid}`;
  return {
    ...showContentCore(req, content),
    url,
    links: { approval_create: `${url}/ApprovalRequests/whatsapp`, approval_fetch: `${url}/ApprovalRequests` },
  };
}
