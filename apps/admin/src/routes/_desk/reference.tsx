import { Skeleton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { PageLayout } from "../../components/shell/page-layout.tsx";
import { queryClient } from "../../trpc.ts";
import { Card } from "../../ui/card.tsx";
import { CopyIcon } from "../../ui/controls/copy.tsx";
import { Notice } from "../../ui/feedback/notice-and-tag.tsx";
import {
  type ApiDocument,
  type ApiOperation,
  apiDocumentQuery,
  fileTypesOfContent,
  type JsonSchema,
  jsonSchemaOf,
  successResponseOf,
} from "./-reference/api-document.ts";
import { formatCurlCommand, formatJsonSchema, formatSchemaLimits } from "./-reference/format-schema.ts";
import css from "./-reference/reference.module.css";

export const Route = createFileRoute("/_desk/reference")({
  loader: () => void queryClient.prefetchQuery(apiDocumentQuery),
  component: Reference,
});

const settings = { label: "Settings", to: "/settings" } as const;

function Reference() {
  const { data, isError } = useQuery(apiDocumentQuery);
  return (
    <PageLayout title="API reference" parent={settings}>
      {isError ? (
        <Notice tone="bad" role="alert">
          The description of the API did not come. Check your network, then load the page again.
        </Notice>
      ) : null}
      {data ? <Described document={data} /> : null}
      {!data && !isError ? (
        <Card title="Getting started">
          {[1, 2, 3, 4].map((row) => (
            <Skeleton key={row} height={28} />
          ))}
        </Card>
      ) : null}
    </PageLayout>
  );
}

function Described({ document }: { document: ApiDocument }) {
  const url = document.servers[0]?.url ?? "";
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  );
  return (
    <>
      <Card title="Getting started">
        <p className="dim">
          An owner or admin makes a key under{" "}
          <Link to="/settings" search={{ key: "new" }}>
            Settings
          </Link>
          . Send it with every request; it may ask 600 times a minute.{" "}
          {document.info.description.replaceAll("`", "")}
        </p>
        <Code
          label="example"
          text={`curl -H "Authorization: Bearer $WAYSTATION_KEY" \\\n  "${url}/api/conversations?filter=unread&limit=10"`}
        />
        <p className="dim">
          What is refused comes with the HTTP status to match and a <code>Problem</code>, whose{" "}
          <code>message</code> says what to do. All of it for generators:{" "}
          <a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3.1).
        </p>
      </Card>
      {["Inbox", "Twilio", "Organisation"].map((about) => (
        <Card key={about} title={about} flush>
          {operations
            .filter(({ operation }) => operation.tags.includes(about))
            .map(({ path, method, operation }) => (
              <Endpoint
                key={operation.operationId}
                {...{ url, path, method, operation }}
                shapes={document.components.schemas}
              />
            ))}
        </Card>
      ))}
      <Card title="Shapes">
        <p className="dim">
          <code>Time</code> is an ISO 8601 moment in UTC, such as 2026-11-23T12:00:00.000Z. Answers may come
          to have more fields; none goes away.
        </p>
        {Object.entries(document.components.schemas)
          .filter(([name]) => !name.endsWith("Answer"))
          .map(([name, shape]) => (
            <div key={name} className={css.part}>
              <h3>{name}</h3>
              <Code label={name} text={formatJsonSchema(shape)} />
            </div>
          ))}
      </Card>
    </>
  );
}

interface EndpointProps {
  url: string;
  path: string;
  method: string;
  operation: ApiOperation;
  shapes: Record<string, JsonSchema>;
}

function Endpoint({ url, path, method, operation, shapes }: EndpointProps) {
  const { parameters = [], requestBody, summary, description } = operation;
  const body = jsonSchemaOf(requestBody);
  const success = successResponseOf(operation);
  const answer = jsonSchemaOf(success);
  const name = answer?.$ref?.split("/").at(-1) ?? "";
  const words = answer
    ? formatJsonSchema(name.endsWith("Answer") ? (shapes[name] ?? answer) : answer)
    : describeFile(fileTypesOfContent(success));
  const asked = (where: "path" | "query") =>
    parameters
      .filter((each) => each.in === where)
      .map(({ schema, ...each }): Field => ({ ...each, shape: schema }));
  const sent = Object.entries(body?.properties ?? {}).map(
    ([field, shape]): Field => ({ name: field, shape, required: Boolean(body?.required?.includes(field)) }),
  );
  return (
    <details className={css.operation}>
      <summary className={css.summary}>
        <IconChevronRight className={css.chevron} size={16} aria-hidden />
        <span className={css.method} data-method={method}>
          {method}
        </span>
        <span className={css.path}>{path}</span>
        <span className={css.what}>{summary}</span>
      </summary>
      <div className={css.inside}>
        {description ? <p className="dim small">{description.replaceAll("`", "")}</p> : null}
        <Fields title="In the path" fields={asked("path")} />
        <Fields title="In the query" fields={asked("query")} />
        <Fields title="In the body" fields={sent} />
        <div className={css.part}>
          <h3>Example</h3>
          <Code label={`example of ${summary}`} text={formatCurlCommand(url, method, path, operation)} />
        </div>
        <div className={css.part}>
          <h3>Answer</h3>
          <Code label={`answer of ${summary}`} text={words} />
        </div>
      </div>
    </details>
  );
}

function describeFile(types: string[]): string {
  if (types.length === 0) return "nothing";
  return types.includes("*/*") ? "a file" : `a file: ${types.join(" or ")}`;
}

interface Field {
  name: string;
  shape: JsonSchema;
  required: boolean;
}

function Fields({ title, fields }: { title: string; fields: Field[] }) {
  if (fields.length === 0) return null;
  return (
    <div className={css.part}>
      <h3>{title}</h3>
      <dl className={css.fields}>
        {fields.map(({ name, shape, required }) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd className="dim">
              {[formatJsonSchema(shape), required ? "" : "may be left out", formatSchemaLimits(shape)]
                .filter(Boolean)
                .join(", ")}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Code({ text, label }: { text: string; label: string }) {
  return (
    <div className={css.code}>
      {text}
      <span className={css.copy}>
        <CopyIcon value={text} label={label} />
      </span>
    </div>
  );
}
