import { createRoute, z } from "@hono/zod-openapi";
import { Problem } from "#core/errors.ts";
import { ProjectId } from "#core/ids.ts";
import { ImportReport } from "#core/views.ts";
import { FORMAT_IDS } from "#formats/format.ts";
import { exportFile } from "#server/runtime/export.ts";
import { type Host, projectOf } from "#server/runtime/host.ts";
import { importFile } from "#server/runtime/import.ts";
import { askForAssessment } from "#server/runtime/requests.ts";
import { answers, anyFile, failures, inProject, named, router } from "./parts.ts";

const Report = named(ImportReport, "ImportReport");
const inFormat = z.object({ format: z.enum(FORMAT_IDS).default("jsonl") });

const take = createRoute({
  method: "post",
  path: "/projects/{id}/import",
  summary: "Import a file, streamed: the good rows go in, the bad ones come back",
  request: { params: inProject, query: inFormat },
  responses: { 200: answers("What went in and what did not", Report), ...failures },
});

const give = createRoute({
  method: "get",
  path: "/projects/{id}/export",
  summary: "The project as a file, streamed",
  request: { params: inProject, query: inFormat },
  responses: {
    200: { description: "The file", content: { "application/octet-stream": anyFile } },
    ...failures,
  },
});

const rejects = createRoute({
  method: "get",
  path: "/projects/{id}/rejects/{batch}",
  summary: "The rows an import refused, each with the reason",
  request: { params: z.object({ id: ProjectId, batch: z.string().regex(/^[0-9a-f]{64}$/) }) },
  responses: {
    200: {
      description: "One JSON object a line",
      content: { "application/octet-stream": anyFile },
    },
    ...failures,
  },
});

export const download = (
  body: ReadableStream | Uint8Array<ArrayBuffer>,
  file: string,
  type: string,
) =>
  new Response(body, {
    headers: {
      "content-type": type,
      "content-disposition": `attachment; filename="${file}"`,
    },
  });

export const importExportRoutes = (host: Host) =>
  router()
    .openapi(take, async (c) => {
      const project = await projectOf(host, c.req.valid("param").id);
      const { body, signal } = c.req.raw;
      if (body === null)
        throw new Problem("bad-input", "There is no file in the request", {
          expected: "the file's bytes as the body",
        });
      const { format } = c.req.valid("query");
      const report = await importFile(host, { project, format, input: body, signal });
      const { open: left } = await host.store.counts(project.id);
      host.live.publish({ kind: "queue-changed", projectId: project.id, left });
      if (report.accepted > 0) await askForAssessment(host, project.id, "new");
      return c.json(Report.parse(report), 200);
    })
    .openapi(give, async (c) => {
      const project = await projectOf(host, c.req.valid("param").id);
      const file = exportFile(host.store, project, c.req.valid("query").format);
      return download(encoded(file.text), file.fileName, file.mediaType);
    })
    .openapi(rejects, async (c) => {
      const { id, batch } = c.req.valid("param");
      await projectOf(host, id);
      const bytes = await host.store.blob(batch);
      if (bytes === undefined) throw new Problem("not-found", "There are no such rejects");
      return download(
        new Uint8Array(bytes),
        `rejects-${batch.slice(0, 8)}.jsonl`,
        "application/jsonl",
      );
    });

/** Text made as it is read: a client that is slow, or gone, costs no memory. */
export function encoded(text: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const parts = text[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await parts.return?.();
    },
  });
}
