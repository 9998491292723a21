/**
 * The demo project of comparisons: replies of a tiny language model to prompts of the world `brief`,
 * and what simulated annotators, marked as such, said of some of them. A person goes on from there.
 */
import type { ComparisonOutput } from "#core/comparison.ts";
import { Problem } from "#core/errors.ts";
import { ActorId, CorrectionId } from "#core/ids.ts";
import { ProjectConfig } from "#core/project.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { comparisonKind } from "#correct/comparison/comparison.ts";
import { drawQuestion } from "#correct/comparison/pair-queue.ts";
import type { Compared } from "#store/comparison-store.ts";
import {
  ANNOTATOR,
  type Annotator,
  annotatorPool,
  prefersFirst,
} from "#worlds/language/annotators.ts";
import { brief } from "#worlds/language/brief.ts";
import { isHeldOut, promptIdOf, replyIdOf } from "./runtime/comparison-import.ts";
import { type ComparisonIndex, comparisonIndex } from "./runtime/comparison-index.ts";
import { textOfPrompt, worldReply } from "./runtime/comparison-projects.ts";
import type { Host } from "./runtime/host.ts";
import { freshPrompt, promptOf } from "./runtime/language-world.ts";
import { askForRefit } from "./runtime/requests.ts";

const NAME = "Parley replies";
const SEED = "parley-replies";
const PROMPTS = 48;
const REPLIES = 6;
const ANNOTATORS = 4;
const COMPARISONS = 72;
/** Each of the annotators' questions is put to a second one with this chance, so that agreement shows. */
const AGAIN_SHARE = 0.25;
const MS_MEDIAN = 4_000;

const config = (): ProjectConfig =>
  ProjectConfig.parse({
    name: NAME,
    task: { kind: "comparison", schema: { world: "brief", read: "trunk" } },
    assess: { system: "reward-ensembles" },
    correct: { refitEvery: 20 },
  });

/** Makes the project, or goes on with what of it is there. */
export async function demoLanguage(host: Host): Promise<void> {
  const project =
    (await host.store.projectByName(NAME)) ?? (await host.store.createProject(config()));
  const rng = rngOf(SEED);
  const draws = rng.split("prompts");
  const prompts = Array.from({ length: PROMPTS }, () => freshPrompt(draws));
  const sampled = await host.compute.sampleReplies({
    parameters: null,
    prompts,
    n: REPLIES,
    temperature: 1,
    seed: rng.split("replies").path,
  });
  const share =
    project.config.task.kind === "comparison" ? project.config.task.schema.heldOutShare : 0;
  const rows = prompts.map((text, p) => {
    const prompt = [{ role: "user" as const, content: text }];
    const id = promptIdOf(prompt);
    const replies = (sampled[p] ?? []).map((reply) => ({
      id: replyIdOf(reply.text),
      source: "base",
      ...reply,
    }));
    return { prompt: { id, prompt, heldOut: isHeldOut(project.id, id, share) }, replies };
  });
  await host.store.addCandidates(project.id, rows, { format: "sampled", rejected: 0 });
  const index = await comparisonIndex(host, project.id);
  if (index.said.length === 0) await host.store.compare(project.id, demoComparisons(host, index));
  host.live.publish({ kind: "project-changed", projectId: project.id });
  await askForRefit(host, project.id);
}

/** Annotators who weigh things differently, are sure to different degrees and have small biases. */
function annotators(rng: Rng): Annotator[] {
  const names = Object.keys(brief.terms(promptOf(freshPrompt(rng)), []));
  return annotatorPool(names, rng.split("pool"), {
    size: ANNOTATORS,
    like: { ...ANNOTATOR, flipRate: 0.1, positionBias: 0.1, lengthBias: 0.02, noticeRate: 0.9 },
  });
}

function demoComparisons(host: Host, index: ComparisonIndex): Compared[] {
  const rng = rngOf(SEED).split("comparisons");
  const pool = annotators(rng.split("annotators"));
  const asked = new Set<string>();
  const compared: Compared[] = [];
  for (let k = 0; compared.length < COMPARISONS; k++) {
    const own = rng.split(k);
    const drawn = drawQuestion(index.queue, {
      ...index.schema,
      open: ({ id }) => !asked.has(id),
      rng: own.split("question"),
    });
    if (drawn === undefined) break;
    asked.add(drawn.id);
    const [first, second] = own.permutation(pool.length);
    const people = own.split("again").uniform() < AGAIN_SHARE ? [first, second] : [first];
    for (const person of people) {
      const annotator = pool[person ?? 0];
      if (annotator === undefined) continue;
      const how = { annotator, person: person ?? 0, k, rng: own.split(`person-${person}`) };
      compared.push(verdictOf(host, index, drawn, how));
    }
  }
  return compared;
}

function verdictOf(
  host: Host,
  { prompts }: ComparisonIndex,
  drawn: NonNullable<ReturnType<typeof drawQuestion>>,
  how: {
    readonly annotator: Annotator;
    readonly person: number;
    readonly k: number;
    readonly rng: Rng;
  },
): Compared {
  const { annotator, person, k, rng } = how;
  const entry = prompts.get(drawn.itemId);
  if (entry === undefined) throw new Problem("not-found", "A question is about a prompt there is");
  const prompt = promptOf(textOfPrompt(entry.prompt));
  const shown = rng.split("sides").shuffle(drawn.replies);
  const seen = shown.map((id) => {
    const tokens = worldReply(entry.replies.find((reply) => reply.id === id)?.text ?? "");
    return { terms: brief.terms(prompt, tokens), tokens: tokens.length };
  });
  const [first, second] = seen;
  if (first === undefined || second === undefined) throw new Error("two replies are shown");
  const wins = prefersFirst(annotator, { first, second }, { lookedUp: brief.lookedUp, rng });
  const output: ComparisonOutput = {
    kind: "pair",
    first: shown[0] ?? "",
    second: shown[1] ?? "",
    verdict: wins ? "first" : "second",
    reasons: [],
  };
  const operations = comparisonKind.diff(null, output);
  const ms = Math.round(MS_MEDIAN * Math.exp(0.5 * rng.split("time").normal()));
  return {
    questionId: drawn.id,
    shown,
    correction: {
      id: CorrectionId.parse(`demo-${k}-${person}`),
      itemId: drawn.itemId,
      proposalId: null,
      decision: "compared",
      before: null,
      after: output,
      operations,
      by: { id: ActorId.parse(`simulated-${person + 1}`), kind: "simulated" },
      effort: { ms, gestures: 1, edit: comparisonKind.editSize(operations) },
      risk: drawn.dissent,
      propensity: drawn.propensity,
      audit: drawn.why === "measure",
      suggestionShown: false,
      atMs: host.clock.nowMs(),
    },
  };
}
