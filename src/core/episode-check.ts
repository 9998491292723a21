/** Whether something is an episode: beyond its schema, that its steps and take-overs are in order. */
import { Episode, type StepRow } from "./episode.ts";
import { badInput, Problem } from "./errors.ts";
import { err, ok, type Result } from "./result.ts";

/**
 * An episode whose take-overs are numbered in the order they came, or what is wrong with it, field
 * by field. Where nobody numbered a person's steps, each unbroken stretch of them is a take-over.
 */
export function checkedEpisode(value: unknown): Result<Episode, Problem> {
  const parsed = Episode.safeParse(value);
  if (!parsed.success) return err(badInput(parsed.error, value));
  const episode = parsed.data;
  const problem = orderProblem(episode.rows) ?? partsProblem(episode);
  if (problem !== undefined) return err(problem);
  const rows = numbered(episode.rows);
  return rows.ok ? ok({ ...episode, rows: rows.value }) : rows;
}

function orderProblem(rows: readonly StepRow[]): Problem | undefined {
  const [first] = rows;
  const sizes = { obs: first?.obs.length ?? 0, action: first?.action.length ?? 0 };
  if (sizes.obs === 0 || sizes.action === 0)
    return bad("rows.0", "an observation and an action of at least one number", "none");
  for (const [k, { t, obs, action }] of rows.entries()) {
    if (t !== k) return bad(`rows.${k}.t`, `t ${k}: steps without a gap, in order`, `${t}`);
    if (obs.length !== sizes.obs)
      return bad(`rows.${k}.obs`, `${sizes.obs} numbers, as in the first step`, `${obs.length}`);
    if (action.length !== sizes.action)
      return bad(
        `rows.${k}.action`,
        `${sizes.action} numbers, as in the first step`,
        `${action.length}`,
      );
  }
  return undefined;
}

function partsProblem({ observed, actionNames, rows }: Episode): Problem | undefined {
  const size = rows[0]?.obs.length ?? 0;
  const parts = observed?.reduce((sum, part) => sum + part.size, 0) ?? size;
  if (parts !== size) return bad("observed", `parts of ${size} numbers together`, `${parts}`);
  const actions = rows[0]?.action.length ?? 0;
  if (actionNames !== undefined && actionNames.length !== actions)
    return bad("actionNames", `${actions} names`, `${actionNames.length}`);
  return undefined;
}

const bad = (field: string, expected: string, got: string): Problem =>
  new Problem("bad-input", `"${field}" is not as expected`, { expected, got, at: { field } });

/** Rows with their take-overs numbered, each one unbroken stretch. */
function numbered(rows: readonly StepRow[]): Result<StepRow[], Problem> {
  const said = rows.some(({ interventionId }) => interventionId !== undefined);
  let [count, last] = [-1, -1];
  const seen = new Set<number>();
  const out: StepRow[] = [];
  for (const [k, row] of rows.entries()) {
    const { source, interventionId } = row;
    const human = source === "human";
    if (!human && interventionId !== undefined)
      return err(
        bad(`rows.${k}.interventionId`, "none on a step nobody took over", `${interventionId}`),
      );
    if (!human) {
      last = -1;
      out.push(row);
      continue;
    }
    if (said && interventionId === undefined)
      return err(bad(`rows.${k}.interventionId`, "the number of the take-over", "nothing"));
    const begins = rows[k - 1]?.source !== "human";
    if (!said && begins) count += 1;
    const id = interventionId ?? count;
    if (id !== last && seen.has(id))
      return err(
        bad(
          `rows.${k}.interventionId`,
          "take-overs that do not overlap, each one stretch",
          `${id} again`,
        ),
      );
    seen.add(id);
    last = id;
    out.push({ ...row, interventionId: id });
  }
  return ok(out);
}
