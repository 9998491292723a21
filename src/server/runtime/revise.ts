/** The `revise` job: asks the proposers for the next pass over a document. */
import type { Ctx } from "#core/contracts.ts";
import { Problem } from "#core/errors.ts";
import type { Project } from "#core/project.ts";
import { rebaseByContext } from "#correct/text/edits.ts";
import type { JobRun } from "#store/jobs.ts";
import { askProposers, reasonOf, type Suggestions, together } from "#systems/r3/ask-proposers.ts";
import { proposePass } from "#systems/r3/session-pass.ts";
import type { DocumentState } from "#systems/r3/session-state.ts";
import type { Hooks } from "./compute-tasks.ts";
import { type Host, projectRng } from "./host.ts";
import { ReviseJob } from "./requests.ts";
import { writerFilter } from "./writing-filter.ts";
import { languageOf, writingOptions, writingProject } from "./writing-projects.ts";

/** A writer who keeps typing is waited for this often; each time only what is missing is done again. */
const ATTEMPTS_MAX = 20;
/** A longer text is thousands of questions: a model is not asked about it. */
const MODEL_CHARS_MAX = 200_000;

/** Ends with the document under review, or done. Run again after a crash, it begins again. */
export async function reviseJob(host: Host, run: JobRun): Promise<{ proposed: number }> {
  const { projectId, documentId } = ReviseJob.parse(run.data);
  const project = await writingProject(host, projectId);
  const asked = await host.store.document(projectId, documentId);
  // Deleted, or proposed for by another run.
  if (asked?.status !== "proposing") return { proposed: 0 };
  run.progress({ done: 0, total: 1, label: `reading “${asked.title}”` });
  const suggestions = await suggestionsFor(host, project, asked, run);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    run.signal.throwIfAborted();
    const state = await host.store.document(projectId, documentId);
    if (state?.status !== "proposing" || state.pass !== asked.pass) return { proposed: 0 };
    const act = await passOf(host, project, { asked, state, suggestions, documentId });
    const how = { act, expectedVersion: state.version };
    const taken = await host.store.actOnDocument(projectId, documentId, how);
    if (taken.kind === "stale") continue;
    if (taken.kind !== "taken") return { proposed: 0 };
    const { version } = taken;
    host.live.publish({ kind: "document-changed", projectId, documentId, version });
    return { proposed: act.kind === "proposed" ? act.edits.length : 0 };
  }
  throw new Problem("conflict", "The document is changed faster than edits can be proposed for it");
}

async function suggestionsFor(
  host: Host,
  project: Project,
  { text, pass }: DocumentState,
  hooks: Hooks,
): Promise<Suggestions> {
  const seed = projectRng(host, project.id).split("revise").split(pass);
  const ctx: Ctx = { rng: seed, clock: host.clock, signal: hooks.signal, progress: hooks.progress };
  return together(
    await Promise.all([
      local(host, project, { text, seed: seed.path, nowMs: host.clock.nowMs() }, hooks),
      ...(host.reviser === undefined ? [] : [byModel(host.reviser, text, ctx)]),
    ]),
  );
}

async function local(
  host: Host,
  { config }: Project,
  task: { readonly text: string; readonly seed: string; readonly nowMs: number },
  hooks: Hooks,
): Promise<Suggestions> {
  const language = languageOf(config);
  if (!/^en\b/i.test(language))
    return silent("emend", `Its own proposers know English; this project is in ${language}.`);
  try {
    return await host.compute.revise(task, hooks);
  } catch (error) {
    hooks.signal.throwIfAborted();
    host.log.error({ error }, "the local proposers failed");
    return silent("emend", reasonOf(error));
  }
}

async function byModel(
  reviser: NonNullable<Host["reviser"]>,
  text: string,
  ctx: Ctx,
): Promise<Suggestions> {
  if (text.length > MODEL_CHARS_MAX)
    return silent(
      reviser.source,
      `Texts of over ${MODEL_CHARS_MAX} characters are not sent to it.`,
    );
  return askProposers([reviser], text, ctx);
}

const silent = (source: string, reason: string): Suggestions => ({
  candidates: [],
  silent: [{ source, reason }],
});

/** The act on the document as it is now; what was suggested is found again where the writer typed meanwhile. */
async function passOf(
  host: Host,
  { id, config }: Project,
  now: {
    readonly asked: DocumentState;
    readonly state: DocumentState;
    readonly suggestions: Suggestions;
    readonly documentId: string;
  },
) {
  const { asked, state, suggestions } = now;
  const { filter, memory, hideBelow, exploreShare } = writingOptions(config);
  const candidates = suggestions.candidates.flatMap((candidate) => {
    const edit = rebaseByContext(candidate.edit, asked.text, state.text);
    return edit === null ? [] : [{ ...candidate, edit }];
  });
  return proposePass(state, candidates, {
    filter: filter ? await writerFilter(host, id) : undefined,
    memory,
    hideBelow,
    exploreShare,
    rng: projectRng(host, id).split("explore").split(now.documentId),
    silent: suggestions.silent,
  });
}
