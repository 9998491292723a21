import { createHash } from "node:crypto";
import { createRoute, z } from "@hono/zod-openapi";
import {
  AggregateQuery,
  BestOfCurve,
  CandidatePage,
  CandidateSampling,
  ComparisonAnswer,
  ComparisonAnswerInput,
  ComparisonOverview,
  ComparisonPage,
  ComparisonProgress,
  NextQuestions,
  QuestionView,
} from "#core/comparison-views.ts";
import { Problem } from "#core/errors.ts";
import { FinetuneTarget, FinetuneTask } from "#core/finetune.ts";
import { CorrectionId, ItemId, ProjectId } from "#core/ids.ts";
import { ImportReport } from "#core/views.ts";
import { askForCandidates, candidatePage } from "#server/runtime/candidates.ts";
import { comparisonLines, finetuneFiles } from "#server/runtime/comparison-export.ts";
import { CANDIDATE_FORMATS, importCandidates } from "#server/runtime/comparison-import.ts";
import { comparisonOverview } from "#server/runtime/comparison-overview.ts";
import { comparisonProject } from "#server/runtime/comparison-projects.ts";
import {
  compareReplies,
  comparisonPage,
  nextQuestions,
  resumeQuestion,
  skipQuestion,
  undoComparison,
} from "#server/runtime/comparisons.ts";
import type { Host } from "#server/runtime/host.ts";
import { BestOfInput, bestOfCurve } from "#server/runtime/language-curves.ts";
import { download, encoded } from "./import-export.ts";
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

const Next = named(NextQuestions, "NextQuestions");
const Answer = named(ComparisonAnswer, "ComparisonAnswer");
const Progress = named(ComparisonProgress, "ComparisonProgress");
const Page = named(ComparisonPage, "ComparisonPage");
const Overview = named(ComparisonOverview, "ComparisonOverview");
const Candidates = named(CandidatePage, "CandidatePage");
const Report = named(ImportReport, "CandidatesReport");
const Curve = named(BestOfCurve, "BestOfCurve");
const Started = z.strictObject({ jobId: z.string() });

const QUESTIONS_MAX = 20;
const EXCLUDED_CHARS_MAX = 20_000;
const PAGE_MAX = 200;

const place = z.coerce.number().int().nonnegative();

const next = createRoute({
  method: "get",
  path: "/projects/{id}/comparisons/next",
  summary: "Replies to compare next, put to this person for ten minutes",
  request: {
    params: inProject,
    query: z.object({
      count: z.coerce.number().int().min(1).max(QUESTIONS_MAX).default(1),
      /** Ids of questions on hand, apart by commas. */
      exclude: z.string().max(EXCLUDED_CHARS_MAX).default(""),
    }),
  },
  responses: { 200: answers("Questions, and what is left", Next), ...failures, ...conflict },
});

const compare = createRoute({
  method: "post",
  path: "/projects/{id}/comparisons",
  summary: "Say which of the replies is better; the same id again is the same comparison",
  request: { params: inProject, body: takes(named(ComparisonAnswerInput, "ComparisonInput")) },
  responses: { 200: answers("The comparison as recorded", Answer), ...failures, ...conflict },
});

const skip = createRoute({
  method: "post",
  path: "/projects/{id}/comparisons/skip",
  summary: "Pass a question over; it is not put to this person again",
  request: {
    params: inProject,
    body: takes(z.strictObject({ questionId: QuestionView.shape.id })),
  },
  responses: { 200: answers("What is left", Progress), ...failures, ...conflict },
});

const resume = createRoute({
  method: "post",
  path: "/projects/{id}/comparisons/skip/undo",
  summary: "Take a skip back; the question is put to this person again",
  request: {
    params: inProject,
    body: takes(z.strictObject({ questionId: QuestionView.shape.id })),
  },
  responses: { 200: answers("What is left", Progress), ...failures, ...conflict },
});

const undo = createRoute({
  method: "post",
  path: "/projects/{id}/comparisons/{correctionId}/undo",
  summary: "Take a comparison back",
  request: { params: z.object({ id: ProjectId, correctionId: CorrectionId }) },
  responses: { 200: answers("The comparison, undone", Answer), ...failures, ...conflict },
});

const list = createRoute({
  method: "get",
  path: "/projects/{id}/comparisons",
  summary: "What was said, the latest first",
  request: {
    params: inProject,
    query: z.object({
      by: z.string().max(PAGE_MAX).optional(),
      cursor: place.optional(),
      limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
    }),
  },
  responses: { 200: answers("Comparisons", Page), ...failures, ...conflict },
});

const overview = createRoute({
  method: "get",
  path: "/projects/{id}/comparisons/overview",
  summary: "Reward model, accuracy by comparisons, agreement and biases",
  request: { params: inProject },
  responses: { 200: answers("Where it stands", Overview), ...failures, ...conflict },
});

const give = createRoute({
  method: "get",
  path: "/projects/{id}/comparisons/export",
  summary: "The comparisons as JSONL, streamed",
  request: { params: inProject, query: z.object({ format: z.enum(["jsonl"]).default("jsonl") }) },
  responses: {
    200: { description: "The file", content: { "application/octet-stream": anyFile } },
    ...failures,
    ...conflict,
  },
});

const Files = z
  .strictObject({
    files: z.array(z.strictObject({ name: z.string(), text: z.string() })),
    /** SHA-256 of manifest.json: what a run elsewhere is recorded with. */
    manifestHash: z.string(),
  })
  .openapi("FinetuneFiles");

const tune = createRoute({
  method: "get",
  path: "/projects/{id}/comparisons/finetune",
  summary: "All a trainer elsewhere needs: lines, card, manifest and configuration",
  request: {
    params: inProject,
    query: z.object({ target: FinetuneTarget, task: FinetuneTask.default("dpo") }),
  },
  responses: { 200: answers("The files", Files), ...failures, ...conflict },
});

const candidates = createRoute({
  method: "get",
  path: "/projects/{id}/candidates",
  summary: "Prompts with their candidate replies, best first",
  request: {
    params: inProject,
    query: AggregateQuery.extend({
      q: z.string().max(PAGE_MAX).optional(),
      itemId: ItemId.optional(),
      cursor: place.default(0),
      limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(20),
    }),
  },
  responses: { 200: answers("Candidates", Candidates), ...failures, ...conflict },
});

const take = createRoute({
  method: "post",
  path: "/projects/{id}/candidates/import",
  summary: "Import prompts, replies and comparisons from JSONL, streamed",
  request: {
    params: inProject,
    query: z.object({ format: z.enum(CANDIDATE_FORMATS).default("jsonl") }),
  },
  responses: { 200: answers("What went in and what did not", Report), ...failures, ...conflict },
});

const sample = createRoute({
  method: "post",
  path: "/projects/{id}/candidates/sample",
  summary: "Sample new replies to compare from a checkpoint or the model at the server's endpoint",
  request: { params: inProject, body: takes(CandidateSampling) },
  responses: { 202: answers("The job that does it", Started), ...failures, ...conflict },
});

const bestOf = createRoute({
  method: "post",
  path: "/projects/{id}/best-of-n",
  summary: "Learned and true reward of the best of n, and how large an n is safe",
  request: { params: inProject, body: takes(BestOfInput) },
  responses: { 200: answers("The curve", Curve), ...failures, ...conflict },
});

export const comparisonRoutes = (host: Host) =>
  router()
    .openapi(next, async (c) => {
      const { count, exclude } = c.req.valid("query");
      const how = {
        reviewer: reviewerOf(c.req),
        count,
        exclude: exclude === "" ? [] : exclude.split(","),
      };
      return c.json(Next.parse(await nextQuestions(host, c.req.valid("param").id, how)), 200);
    })
    .openapi(overview, async (c) =>
      c.json(Overview.parse(await comparisonOverview(host, c.req.valid("param").id)), 200),
    )
    .openapi(give, async (c) => {
      const { id } = c.req.valid("param");
      await comparisonProject(host, id);
      return download(
        encoded(comparisonLines(host, id)),
        `${id}-comparisons.jsonl`,
        "application/jsonl",
      );
    })
    .openapi(tune, async (c) => {
      const { files } = await finetuneFiles(host, c.req.valid("param").id, c.req.valid("query"));
      const manifest = files.find(({ name }) => name === "manifest.json")?.text ?? "";
      const manifestHash = createHash("sha256").update(manifest).digest("hex");
      return c.json(Files.parse({ files, manifestHash }), 200);
    })
    .openapi(list, async (c) => {
      const { by, cursor, limit } = c.req.valid("query");
      const how = { by, before: cursor, limit };
      return c.json(Page.parse(await comparisonPage(host, c.req.valid("param").id, how)), 200);
    })
    .openapi(skip, async (c) => {
      const { questionId } = c.req.valid("json");
      const by = reviewerOf(c.req);
      const { id } = c.req.valid("param");
      return c.json(Progress.parse(await skipQuestion(host, id, questionId, by)), 200);
    })
    .openapi(resume, async (c) => {
      const { questionId } = c.req.valid("json");
      const by = reviewerOf(c.req);
      const { id } = c.req.valid("param");
      return c.json(Progress.parse(await resumeQuestion(host, id, questionId, by)), 200);
    })
    .openapi(compare, async (c) => {
      const by = reviewerOf(c.req);
      const { id } = c.req.valid("param");
      return c.json(Answer.parse(await compareReplies(host, id, c.req.valid("json"), by)), 200);
    })
    .openapi(undo, async (c) => {
      const { id, correctionId } = c.req.valid("param");
      const by = reviewerOf(c.req);
      return c.json(Answer.parse(await undoComparison(host, id, correctionId, by)), 200);
    })
    .openapi(candidates, async (c) => {
      const { cursor, ...how } = c.req.valid("query");
      const page = await candidatePage(host, c.req.valid("param").id, { ...how, after: cursor });
      return c.json(Candidates.parse(page), 200);
    })
    .openapi(take, async (c) => {
      const { body, signal } = c.req.raw;
      if (body === null)
        throw new Problem("bad-input", "There is no file in the request", {
          expected: "the file's bytes as the body",
        });
      const { id } = c.req.valid("param");
      const { format } = c.req.valid("query");
      const report = await importCandidates(host, id, { format, input: body, signal });
      return c.json(Report.parse(report), 200);
    })
    .openapi(sample, async (c) => {
      const jobId = await askForCandidates(host, c.req.valid("param").id, c.req.valid("json"));
      return c.json({ jobId }, 202);
    })
    .openapi(bestOf, async (c) => {
      const { id } = c.req.valid("param");
      const curve = await bestOfCurve(host, id, c.req.valid("json"), c.req.raw.signal);
      return c.json(Curve.parse(curve), 200);
    });
