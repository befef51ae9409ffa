import { createOpenApiDocument } from "@waystation/api/rest/openapi";
import { expect, test } from "vitest";

interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: { name: string; schema: object }[];
  responses: Record<string, { description?: string; $ref?: string }>;
}
interface OpenApi {
  info: { license?: { name: string }; contact?: { name: string }; description?: string };
  servers: { url: string }[];
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
}
const METHODS = ["get", "post", "put", "patch", "delete"];

/** What `redocly lint` and `spectral lint` (spectral:oas) warn about by their own rules. */
function warnings({ info, servers, tags, paths }: OpenApi): string[] {
  const found: string[] = [];
  const need = (value: unknown, what: string) => value || found.push(what);
  need(info.license?.name, "info has a license");
  need(info.contact?.name, "info has a contact");
  need(info.description, "info has a description");
  for (const { url } of servers) {
    need(!/localhost|127\.0\.0\.1|example\.com/.test(url), `${url} is a server that others reach`);
    need(url === "/" || !url.endsWith("/"), `${url} has no trailing slash`);
  }
  for (const { name, description } of tags) need(description, `the tag ${name} has a description`);
  const ids = new Set<string>();
  for (const [path, item] of Object.entries(paths)) {
    need(!path.endsWith("/") && !path.includes("?"), `${path} is a plain path`);
    for (const [method, operation] of Object.entries(item)) {
      if (!METHODS.includes(method)) continue;
      const where = `${method} ${path}`;
      need(operation.summary, `${where} has a summary`);
      need(operation.description, `${where} has a description`);
      need(operation.operationId && !ids.has(operation.operationId), `${where} has an id of its own`);
      ids.add(operation.operationId ?? "");
      const known = tags.map(({ name }) => name);
      need(
        operation.tags?.length && operation.tags.every((tag) => known.includes(tag)),
        `${where} has a known tag`,
      );
      const statuses = Object.keys(operation.responses);
      need(
        statuses.some((status) => /^2/.test(status)),
        `${where} has a success`,
      );
      need(
        statuses.some((status) => /^4/.test(status)),
        `${where} has an error`,
      );
      for (const [status, response] of Object.entries(operation.responses))
        need(response.description ?? response.$ref, `${where} describes ${status}`);
    }
  }
  return found;
}

test.each(["http://localhost:3000", "http://127.0.0.1:3000", "https://desk.example.org"])(
  "the description of a server at %s gives linters nothing to warn about",
  (publicUrl) => {
    expect(warnings(createOpenApiDocument(publicUrl) as OpenApi)).toEqual([]);
  },
);

test("files are described: upload, download and deletion", () => {
  const { paths } = createOpenApiDocument("https://desk.example.org") as OpenApi;
  expect(Object.keys(paths["/api/media"] ?? {})).toContain("post");
  expect(Object.keys(paths["/api/media/{id}"] ?? {})).toEqual(expect.arrayContaining(["get", "delete"]));
});
