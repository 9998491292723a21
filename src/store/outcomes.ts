/** Counts of rewrites, from the turns of a project: the same fold live and in `rebuild`. */
import { z } from "zod";
import type { Lesson } from "#core/lesson.ts";
import { ProjectConfig } from "#core/project.ts";
import { type Changed, RewriteOutcomes, type Tally } from "#learn/rewrite-outcomes.ts";
import { MineOptions } from "#systems/markov-reformulation/options.ts";
import { readHeads, writeOutcomes } from "./rewrites.ts";
import { LESSON_FIELDS, toLesson } from "./rows.ts";
import type { Queryable } from "./sql.ts";
import type { RewriteHead } from "./store.ts";
import { turnsAfter } from "./turns.ts";

/** Of a project's options, what counting needs. */
const Options = z.looseObject({ gapMs: MineOptions.shape.gapMs });
/** Of a lesson's, up to which turn it knew. */
const Mined = z.looseObject({ turns: z.looseObject({ last: z.int() }) });

/** A fold that has seen nothing yet. `lesson`: the one in force, whose rewrites are `heads`. */
export function outcomesFor(
  { assess }: ProjectConfig,
  lesson: Lesson | undefined,
  heads: Iterable<RewriteHead>,
): RewriteOutcomes {
  const options = Options.safeParse(assess.options);
  const mined = Mined.safeParse(lesson?.options);
  return new RewriteOutcomes({
    gapMs: options.success ? options.data.gapMs : Options.parse({}).gapMs,
    watched: heads,
    freshAfterSeq: mined.success ? mined.data.turns.last : 0,
  });
}

/** What counts for a rewrite as it stands: in shadow, those who said the target themselves stand in for the treated. */
export const tallyOf = (outcomes: RewriteOutcomes, { id, state }: RewriteHead): Tally =>
  state === "shadow" ? outcomes.freshTally(id) : outcomes.drawnTally(id);

/** Of those whose counts changed, the rewrites it changes `tallyOf`. */
export function changedIn(
  { drawn, fresh }: Changed,
  heads: ReadonlyMap<string, RewriteHead>,
): string[] {
  const isShadow = (ruleId: string) => heads.get(ruleId)?.state === "shadow";
  return [
    ...[...drawn].filter((ruleId) => heads.has(ruleId) && !isShadow(ruleId)),
    ...[...fresh].filter(isShadow),
  ];
}

const Config = z.object({ config: ProjectConfig });

/** Counts everything anew. */
export async function recount(tx: Queryable, no: number): Promise<void> {
  const heads = await readHeads(tx, no);
  if (heads.length === 0) return;
  const [project] = await tx.query("select config from projects where no = $1", [no]);
  const [row] = await tx.query(
    `select ${LESSON_FIELDS} from lessons l join projects p on p.in_force = l.id where p.no = $1`,
    [no],
  );
  const outcomes = outcomesFor(Config.parse(project).config, toLesson(row).lesson, heads);
  for await (const batch of turnsAfter(tx, no, { afterSeq: 0 }))
    for (const { seq, record } of batch) outcomes.take(seq, record);
  const tallies = new Map(heads.map((head) => [head.id, tallyOf(outcomes, head)]));
  await writeOutcomes(tx, no, tallies);
}
