import { createRoute, z } from "@hono/zod-openapi";
import { CorrectionId, ItemId, ProjectId, ProposalId } from "#core/ids.ts";
import {
  DocumentFormat,
  DocumentSummary,
  DocumentView,
  EditDecisionInput,
} from "#core/revision.ts";
import { TextEdit } from "#core/text.ts";
import { EXPORT_FORMATS, exportDocument } from "#server/runtime/document-export.ts";
import { applyDiff, DOCUMENT_IMPORTS, importDocuments } from "#server/runtime/document-import.ts";
import {
  createDocument,
  decideOnEdits,
  deleteDocument,
  listDocuments,
  nextPass,
  readDocument,
  renameDocument,
  restoreVersion,
  typeInDocument,
  undoOnEdit,
  versionText,
} from "#server/runtime/documents.ts";
import type { Host } from "#server/runtime/host.ts";
import { documentView } from "#systems/r3/session-view.ts";
import {
  answers,
  anyFile,
  conflict,
  failures,
  inProject,
  named,
  reviewerOf,
  router,
  takes,
} from "./parts.ts";

const Documents = z.strictObject({ documents: z.array(DocumentSummary) }).openapi("Documents");
const View = named(DocumentView, "DocumentView");
const Imported = z
  .strictObject({
    documents: z.array(View),
    rejects: z.array(
      z.strictObject({
        file: z.string().optional(),
        line: z.int().optional(),
        row: z.int().optional(),
        raw: z.string(),
        problem: z.string(),
      }),
    ),
  })
  .openapi("DocumentsImported");
const params = z.object({ id: ProjectId, documentId: ItemId });
const version = z.int().positive();
const title = z.string().min(1).max(200);

/** Edits decided, or places typed at, in one request. */
const DECISIONS_MAX = 2_000;
const TYPED_EDITS_MAX = 5_000;

const list = createRoute({
  method: "get",
  path: "/projects/{id}/documents",
  summary: "The documents of a writing project, those changed last first",
  request: { params: inProject },
  responses: { 200: answers("The documents", Documents), ...failures, ...conflict },
});

const create = createRoute({
  method: "post",
  path: "/projects/{id}/documents",
  summary:
    "Open a document of up to 2 MB; its first edits follow, and are told by `document-changed`",
  request: {
    params: inProject,
    body: takes(
      z.strictObject({
        title: title.optional(),
        text: z.string(),
        format: DocumentFormat.optional(),
      }),
    ),
  },
  responses: { 201: answers("The document", View), ...failures, ...conflict },
});

const NAME_CHARS_MAX = 255;

const take = createRoute({
  method: "post",
  path: "/projects/{id}/documents/import",
  summary: "Open the documents of a file: texts, tracked changes in HTML, or IteraTeR's JSON",
  request: {
    params: inProject,
    query: z.object({
      format: z.enum(DOCUMENT_IMPORTS),
      name: z.string().min(1).max(NAME_CHARS_MAX).default("document"),
    }),
  },
  responses: {
    201: answers("What was opened, and what was not", Imported),
    ...failures,
    ...conflict,
  },
});

const patch = createRoute({
  method: "post",
  path: "/projects/{id}/documents/{documentId}/diff",
  summary: "Change the text by a unified diff, as if typed by hand",
  request: {
    params,
    query: z.object({ version: z.coerce.number().int().positive() }),
    body: { required: true, content: { "text/x-diff": anyFile } },
  },
  responses: { 200: answers("The document", View), ...failures, ...conflict },
});

const read = createRoute({
  method: "get",
  path: "/projects/{id}/documents/{documentId}",
  summary: "One document with the edits of its current pass",
  request: { params },
  responses: { 200: answers("The document", View), ...failures, ...conflict },
});

const rename = createRoute({
  method: "patch",
  path: "/projects/{id}/documents/{documentId}",
  summary: "Give a document another title",
  request: { params, body: takes(z.strictObject({ title })) },
  responses: { 200: answers("The document", View), ...failures, ...conflict },
});

const remove = createRoute({
  method: "delete",
  path: "/projects/{id}/documents/{documentId}",
  summary: "Delete a document; the writer's filter forgets what it taught",
  request: { params },
  responses: { 204: { description: "It is gone" }, ...failures, ...conflict },
});

const decide = createRoute({
  method: "post",
  path: "/projects/{id}/documents/{documentId}/decide",
  summary: "Accept, reject or amend edits",
  request: {
    params,
    body: takes(
      z.strictObject({
        version,
        decisions: z.array(EditDecisionInput).min(1).max(DECISIONS_MAX),
      }),
    ),
  },
  responses: {
    200: answers(
      "The version made, and the edits left to decide",
      z.strictObject({ version, open: z.int() }),
    ),
    ...failures,
    ...conflict,
  },
});

const undo = createRoute({
  method: "post",
  path: "/projects/{id}/documents/{documentId}/undo",
  summary: "Take back a decision; refused where the text there was changed since",
  request: {
    params,
    body: takes(z.strictObject({ id: CorrectionId, correctionId: CorrectionId, version })),
  },
  responses: { 200: answers("The document", View), ...failures, ...conflict },
});

const type = createRoute({
  method: "post",
  path: "/projects/{id}/documents/{documentId}/typed",
  summary: "Change the text by hand; open edits beside it move along, those under it are dropped",
  request: {
    params,
    body: takes(z.strictObject({ version, edits: z.array(TextEdit).max(TYPED_EDITS_MAX) })),
  },
  responses: {
    200: answers("The version made", z.strictObject({ version, dropped: z.array(ProposalId) })),
    ...failures,
    ...conflict,
  },
});

const next = createRoute({
  method: "post",
  path: "/projects/{id}/documents/{documentId}/next",
  summary: "Close the pass, or ask for one more",
  request: {
    params,
    body: takes(z.strictObject({ version, leaveRest: z.boolean().default(false) })),
  },
  responses: { 200: answers("The document", View), ...failures, ...conflict },
});

const restore = createRoute({
  method: "post",
  path: "/projects/{id}/documents/{documentId}/restore",
  summary: "Make an earlier version the text again; the text before is kept as a version",
  request: { params, body: takes(z.strictObject({ version, to: z.int().nonnegative() })) },
  responses: { 200: answers("The document", View), ...failures, ...conflict },
});

const versionOf = createRoute({
  method: "get",
  path: "/projects/{id}/documents/{documentId}/versions/{version}",
  summary: "The text of one version",
  request: { params: params.extend({ version: z.coerce.number().int().nonnegative() }) },
  responses: {
    200: answers("The text", z.strictObject({ text: z.string() })),
    ...failures,
    ...conflict,
  },
});

const give = createRoute({
  method: "get",
  path: "/projects/{id}/documents/{documentId}/export",
  summary: "The document as a file: its text, marked changes, a diff, or what was decided",
  request: { params, query: z.object({ format: z.enum(EXPORT_FORMATS).default("text") }) },
  responses: {
    200: {
      description: "The file",
      content: { "application/octet-stream": { schema: z.string() } },
    },
    ...failures,
    ...conflict,
  },
});

export const documentRoutes = (host: Host) =>
  router()
    .openapi(list, async (c) => {
      const documents = await listDocuments(host, c.req.valid("param").id);
      return c.json(Documents.parse({ documents }), 200);
    })
    .openapi(create, async (c) => {
      const made = await createDocument(host, c.req.valid("param").id, c.req.valid("json"));
      return c.json(View.parse(made), 201);
    })
    .openapi(take, async (c) => {
      const file = { ...c.req.valid("query"), bytes: new Uint8Array(await c.req.arrayBuffer()) };
      const { id } = c.req.valid("param");
      const imported = await importDocuments(host, id, file, reviewerOf(c.req));
      return c.json(Imported.parse(imported), 201);
    })
    .openapi(patch, async (c) => {
      const where = { ...at(c.req.valid("param")), ...c.req.valid("query") };
      const changed = await applyDiff(host, where, await c.req.text(), reviewerOf(c.req));
      return c.json(View.parse(changed), 200);
    })
    .openapi(read, async (c) => {
      const { id, documentId } = c.req.valid("param");
      const state = await readDocument(host, id, documentId);
      return c.json(View.parse(documentView(documentId, state)), 200);
    })
    .openapi(rename, async (c) => {
      const renamed = await renameDocument(
        host,
        at(c.req.valid("param")),
        c.req.valid("json").title,
      );
      return c.json(View.parse(renamed), 200);
    })
    .openapi(remove, async (c) => {
      await deleteDocument(host, at(c.req.valid("param")), reviewerOf(c.req));
      return c.body(null, 204);
    })
    .openapi(decide, async (c) => {
      const { version, decisions } = c.req.valid("json");
      const where = { ...at(c.req.valid("param")), version };
      return c.json(await decideOnEdits(host, where, decisions, reviewerOf(c.req)), 200);
    })
    .openapi(undo, async (c) => {
      const { version, ...undone } = c.req.valid("json");
      const where = { ...at(c.req.valid("param")), version };
      return c.json(View.parse(await undoOnEdit(host, where, undone, reviewerOf(c.req))), 200);
    })
    .openapi(type, async (c) => {
      const { version, edits } = c.req.valid("json");
      const where = { ...at(c.req.valid("param")), version };
      return c.json(await typeInDocument(host, where, edits, reviewerOf(c.req)), 200);
    })
    .openapi(next, async (c) => {
      const { version, leaveRest } = c.req.valid("json");
      const where = { ...at(c.req.valid("param")), version };
      return c.json(View.parse(await nextPass(host, where, leaveRest, reviewerOf(c.req))), 200);
    })
    .openapi(restore, async (c) => {
      const { version, to } = c.req.valid("json");
      const where = { ...at(c.req.valid("param")), version };
      return c.json(View.parse(await restoreVersion(host, where, to, reviewerOf(c.req))), 200);
    })
    .openapi(versionOf, async (c) => {
      const { version, ...where } = c.req.valid("param");
      return c.json({ text: await versionText(host, at(where), version) }, 200);
    })
    .openapi(give, async (c) => {
      const { id, documentId } = c.req.valid("param");
      const state = await readDocument(host, id, documentId);
      const { name, mediaType, text } = exportDocument(
        documentId,
        state,
        c.req.valid("query").format,
      );
      return new Response(text, {
        headers: {
          "content-type": mediaType,
          "content-disposition": `attachment; filename="${name}"`,
        },
      });
    });

const at = ({ id, documentId }: z.infer<typeof params>) => ({ projectId: id, documentId });
