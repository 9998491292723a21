import type { OpenAPIHono } from "@hono/zod-openapi";
import { html, raw } from "hono/html";
import type { Operation } from "#core/operation.ts";
import { operationPaths } from "./routes/operations.ts";

const INFO = {
  title: "Emend",
  version: "1",
  description: "Turns people's corrections into measured improvement.",
};

/** The API as OpenAPI 3.1, the operations of all systems included. */
export function openApiDocument(
  app: OpenAPIHono,
  operations: readonly Operation<never, unknown>[],
) {
  const document = app.getOpenAPI31Document({ openapi: "3.1.0", info: INFO });
  const paths = Object.fromEntries(
    Object.entries(operationPaths(operations)).map(([path, entry]) => [`/api/v1${path}`, entry]),
  );
  return { ...document, paths: { ...document.paths, ...paths } };
}

type Document = ReturnType<typeof openApiDocument>;
const METHODS = ["get", "post", "put", "delete"] as const;

const STYLE = `
  :root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
  body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
  details { border: 1px solid #8884; border-radius: 6px; margin: 6px 0; padding: 6px 10px; }
  summary { cursor: pointer; } code, pre { font-family: ui-monospace, monospace; font-size: 13px; }
  pre { overflow: auto; background: #8881; padding: 8px; border-radius: 4px; }
  .method { display: inline-block; min-width: 4em; font-weight: 600; text-transform: uppercase; }`;

/** A reference that needs no script and nothing from elsewhere: the document, laid out. */
export function referencePage(document: Document) {
  const entries = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const entry = Reflect.get(item, method) as Entry | undefined;
      return entry === undefined ? [] : [entryView(method, path, entry)];
    }),
  );
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      html`<details id="${name}"><summary><code>${name}</code></summary>${json(schema)}</details>`,
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${INFO.title} API</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        <h1>${INFO.title} API</h1>
        <p>
          ${INFO.description} Failures are answered as <code>application/problem+json</code>. The same
          in machine form: <a href="/api/v1/openapi.json">openapi.json</a>.
        </p>
        <h2>Routes</h2>
        ${entries}
        <h2>Schemas</h2>
        ${schemas}
      </body>
    </html>`;
}

/** What of an OpenAPI operation is laid out. */
interface Entry {
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: unknown;
  readonly requestBody?: unknown;
  readonly responses?: unknown;
}

const entryView = (method: string, path: string, entry: Entry) => html`
  <details>
    <summary>
      <span class="method">${method}</span> <code>${path}</code> ${entry.summary ?? ""}
    </summary>
    ${entry.description === undefined ? "" : html`<p>${entry.description}</p>`}
    ${part("Parameters", entry.parameters)} ${part("Body", entry.requestBody)}
    ${part("Answers", entry.responses)}
  </details>
`;

const part = (title: string, value: unknown) =>
  value === undefined ? "" : html`<h4>${title}</h4>${json(value)}`;

const json = (value: unknown) => html`<pre>${JSON.stringify(value, null, 2)}</pre>`;
