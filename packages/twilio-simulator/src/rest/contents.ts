import express, { type Request, type Router } from "express";
import type { Context } from "../state/context.ts";
import type { Content } from "../state/types.ts";
import { permit, principalOf } from "./authenticate.ts";
import { invalidParameter, notFound, pathOf } from "./errors.ts";
import { baseOf, cutPage, readQuery, toListV1 } from "./paging.ts";
import { iso8601 } from "./respond.ts";

const collection = "/v1/Content";

export function routeContents(ctx: Context): Router {
  const router = express.Router();

  router.get([collection, "/v2/Content"], (req, res) => {
    permit(req, "/twilio/content/content/read");
    const page = cutPage(req, filterContents(req), ({ sid }) => sid, { size: 50, most: 1000 });
    res.json(
      toListV1(
        req,
        page,
        "contents",
        page.items.map((content) => showContent(req, content)),
      ),
    );
  });

  router.post(collection, (req, res) => {
    permit(req, "/twilio/content/content/create");
    const now = ctx.clock.now();
    const content: Content = {
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
    permit(req, "/twilio/content/content/read");
    res.json(showContent(req, findContent(req)));
  });

  router.put(`${collection}/:sid`, (req, res) => {
    permit(req, "/twilio/content/content/update");
    const content = findContent(req);
    Object.assign(content, readContent(req), { dateUpdated: ctx.clock.now() });
    res.json(showContent(req, content));
  });

  router.delete(`${collection}/:sid`, (req, res) => {
    permit(req, "/twilio/content/content/delete");
    const { account } = principalOf(req);
    const content = findContent(req);
    account.contents = account.contents.filter((other) => other !== content);
    res.status(204).end();
  });

  return router;
}

export function findContent(req: Request): Content {
  const content = principalOf(req).account.contents.find(({ sid }) => sid === req.params.sid);
  if (!content) throw notFound(pathOf(req.originalUrl));
  return content;
}

/** The filters of the v2 lists. */
export function filterContents(req: Request): Content[] {
  const language = readQuery(req, "Language");
  const name = readQuery(req, "ContentName");
  const text = readQuery(req, "Content")?.toLowerCase();
  const type = readQuery(req, "ContentType");
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

function readContent(req: Request): Pick<Content, "friendlyName" | "language" | "variables" | "types"> {
  const body = (req.body ?? {}) as Record<string, unknown>;
  const types = body.types;
  if (typeof types !== "object" || types === null || Object.keys(types).length === 0)
    throw invalidParameter("types is required");
  const unknown = Object.keys(types).find((type) => !knownTypes.test(type));
  if (unknown) throw invalidParameter(`Unknown content type ${unknown}`);
  if (typeof body.language !== "string" || body.language === "")
    throw invalidParameter("language is required");
  return {
    friendlyName: typeof body.friendly_name === "string" ? body.friendly_name : "",
    language: body.language,
    variables: (body.variables ?? {}) as Record<string, string>,
    types: types as Content["types"],
  };
}

export function showContentCore(req: Request, content: Content): Record<string, unknown> {
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

function showContent(req: Request, content: Content): Record<string, unknown> {
  const url = `${baseOf(req)}${collection}/${content.sid}`;
  return {
    ...showContentCore(req, content),
    url,
    links: { approval_create: `${url}/ApprovalRequests/whatsapp`, approval_fetch: `${url}/ApprovalRequests` },
  };
}
