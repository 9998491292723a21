import { useMutation } from "@tanstack/react-query";
import type { TrainingRun } from "#core/comparison-views.ts";
import { path, post } from "#web/app/api.ts";
import { ago, count, fixed, signed } from "#web/app/format.ts";
import { Failure } from "#web/app/parts.tsx";
import { queryClient, trainingQuery } from "#web/app/queries.ts";
import css from "./panels.module.css";
import { METHOD_WORDS, STATE_TONE } from "./words.ts";

interface Props {
  readonly projectId: string;
  readonly runs: readonly TrainingRun[];
  /** The run whose curves are shown. */
  readonly open: string;
  readonly onOpen: (runId: string) => void;
}

type Verb = "pause" | "resume" | "cancel";

const VERBS: Readonly<Record<TrainingRun["state"], readonly Verb[]>> = {
  queued: ["pause", "cancel"],
  running: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  failed: ["resume", "cancel"],
  done: [],
  cancelled: [],
};
const VERB_WORDS: Readonly<Record<Verb, string>> = {
  pause: "Pause",
  resume: "Resume",
  cancel: "Cancel",
};

/** Every run there is, with its last look and what can be done with it. */
export function Runs({ projectId, runs, open, onOpen }: Props) {
  const act = useMutation({
    mutationFn: ({ id, verb }: { id: string; verb: Verb }) =>
      post<TrainingRun>(path`/projects/${projectId}/training/${id}/${verb}`),
    onSettled: () =>
      void queryClient.invalidateQueries({ queryKey: trainingQuery(projectId).queryKey }),
  });
  return (
    <section className={css.panel} aria-label="Runs">
      <header>
        <h2>Runs</h2>
        <p>a paused run goes on from its last checkpoint, also after a restart</p>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={css.scroll} tabIndex={0} aria-label="Runs, a table">
        <table className="data">
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">State</th>
              <th scope="col" className="number">
                Step
              </th>
              <th scope="col" className="number">
                Learned reward, s.d.
              </th>
              <th scope="col" className="number">
                True reward
              </th>
              <th scope="col" className="number">
                KL, nats
              </th>
              <th scope="col" className="number">
                Length, words
              </th>
              <th scope="col">
                <span className="hidden">What can be done</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <Row
                key={run.id}
                run={run}
                chosen={run.id === open}
                busy={act.isPending}
                onOpen={() => onOpen(run.id)}
                onAct={(verb) => act.mutate({ id: run.id, verb })}
              />
            ))}
          </tbody>
        </table>
      </section>
      {act.error === null ? null : <Failure error={act.error} what="That could not be done" />}
    </section>
  );
}

function Row({
  run,
  chosen,
  busy,
  onOpen,
  onAct,
}: {
  readonly run: TrainingRun;
  readonly chosen: boolean;
  readonly busy: boolean;
  readonly onOpen: () => void;
  readonly onAct: (verb: Verb) => void;
}) {
  const { name, method, state, step, options, points, note, createdAtMs } = run;
  const last = points.at(-1);
  return (
    <tr aria-current={chosen ? "true" : undefined} className={chosen ? css.chosen : undefined}>
      <td>
        <button
          type="button"
          className={css.open}
          onClick={onOpen}
          aria-label={`Curves of ${name}`}
        >
          {name === method ? METHOD_WORDS[method].title : name}
        </button>
        <span className={css.under}>
          {METHOD_WORDS[method].title}, {ago(createdAtMs, Date.now())}
          {note === null ? "" : `. ${note}`}
        </span>
      </td>
      <td>
        <span className={STATE_TONE[state]}>{state}</span>
      </td>
      <td className="number">
        {count(step)} <span className="interval">of {count(options.steps)}</span>
        <progress
          className={css.progress}
          value={step}
          max={options.steps}
          aria-label={`Progress of ${name}`}
        />
      </td>
      <td className="number learned">{last?.reward == null ? "–" : signed(last.reward, 2)}</td>
      <td className="number">
        {last?.gold == null ? (
          "–"
        ) : (
          <>
            {signed(last.gold, 2)}{" "}
            <span className="interval">± {fixed(last.goldError ?? 0, 2)}</span>
          </>
        )}
      </td>
      <td className="number">{last === undefined ? "–" : fixed(last.kl, 2)}</td>
      <td className="number">{last === undefined ? "–" : fixed(last.length, 1)}</td>
      <td>
        <span className={css.verbs}>
          {VERBS[state].map((verb) => (
            <button
              key={verb}
              type="button"
              className="button small"
              disabled={busy}
              aria-label={`${VERB_WORDS[verb]} ${name}`}
              onClick={() => onAct(verb)}
            >
              {VERB_WORDS[verb]}
            </button>
          ))}
        </span>
      </td>
    </tr>
  );
}
