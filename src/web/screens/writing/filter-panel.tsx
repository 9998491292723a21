import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { FilterView, RejectedHabit } from "#core/revision.ts";
import { path, post, query, remove } from "#web/app/api.ts";
import { fixed, plural, probability, signed } from "#web/app/format.ts";
import { Failure, Lines } from "#web/app/parts.tsx";
import { filterQuery, queryClient } from "#web/app/queries.ts";
import type { Manuscript } from "#web/editors/text/manuscript.ts";
import { visible } from "#web/editors/text/said.ts";
import css from "./panel.module.css";
import { useShown } from "./use-manuscript.ts";

const WEIGHTS_SHOWN = 8;
const HABITS_SHOWN = 50;

type Change =
  | { readonly kind: "clear"; readonly habit?: string }
  | { readonly kind: "never"; readonly habit: string; readonly never: boolean };

function change(projectId: string, wanted: Change): Promise<FilterView> {
  const at = path`/projects/${projectId}/writing-filter`;
  return wanted.kind === "clear"
    ? remove<FilterView>(at + query({ habit: wanted.habit }))
    : post<FilterView>(`${at}/never`, { habit: wanted.habit, never: wanted.never });
}

interface Props {
  readonly projectId: string;
  readonly manuscript: Manuscript;
}

/** What was learned of this writer, what shows it, and the ways to take it back. */
export function FilterPanel({ projectId, manuscript }: Props) {
  const { data: filter, error, refetch } = useQuery(filterQuery(projectId));
  const [sure, setSure] = useState(false);
  const changing = useMutation({
    mutationFn: (wanted: Change) => change(projectId, wanted),
    onSuccess: (answer) => queryClient.setQueryData(filterQuery(projectId).queryKey, answer),
  });
  if (error !== null)
    return (
      <Failure
        error={error}
        retry={() => void refetch()}
        what="What was learned could not be read"
      />
    );
  if (filter === undefined) return <Lines widths={[50, 90, 80, 85]} />;
  const { decisions, weights, habits } = filter;
  const nothing = decisions === 0 && habits.length === 0;
  return (
    <>
      <h2>
        <span className="learned">Learned of you</span>
      </h2>
      <p className="quiet">
        {nothing
          ? "Nothing yet. What you accept and reject teaches which suggestions are worth your time; what that comes to stands here, with what shows it."
          : `From ${plural(decisions, "decision")} of yours. Suggestions you would hardly accept are kept from you; a few are shown all the same, to notice when you change your mind.`}
      </p>
      {changing.error === null ? null : (
        <Failure error={changing.error} what="That could not be changed" />
      )}
      <Kept manuscript={manuscript} />
      {habits.length === 0 ? null : (
        <>
          <h3>What you turned down</h3>
          <ul className={css.habits}>
            {habits.slice(0, HABITS_SHOWN).map((habit) => (
              <Habit key={habit.key} habit={habit} onChange={changing.mutate} />
            ))}
          </ul>
          {habits.length <= HABITS_SHOWN ? null : (
            <p className="quiet">and {habits.length - HABITS_SHOWN} more</p>
          )}
        </>
      )}
      <Weights weights={weights} />
      {nothing ? null : sure ? (
        <div className={css.row} role="alert">
          <span>Forget all of it?</span>
          <button
            type="button"
            className="button small primary"
            onClick={() => {
              changing.mutate({ kind: "clear" });
              setSure(false);
            }}
          >
            Forget
          </button>
          <button type="button" className="button small" onClick={() => setSure(false)}>
            Keep
          </button>
        </div>
      ) : (
        <button type="button" className="button small" onClick={() => setSure(true)}>
          Forget all that was learned
        </button>
      )}
    </>
  );
}

function Habit({
  habit,
  onChange,
}: {
  readonly habit: RejectedHabit;
  readonly onChange: (wanted: Change) => void;
}) {
  const { key, before, after, intent, rejected, accepted, never, examples } = habit;
  return (
    <li className={css.habit}>
      <p className={css.change} dir="auto">
        {before === "" ? null : <del>{visible(before)}</del>}{" "}
        {after === "" ? null : <ins>{visible(after)}</ins>} <span className="quiet">{intent}</span>
      </p>
      <p className="quiet">
        rejected {rejected}, accepted {accepted}
        {never ? <span className="chip learned">never again</span> : null}
      </p>
      {examples.length === 0 ? null : (
        <ul className={css.examples}>
          {examples.map(({ documentId, title, around }) => (
            <li key={`${documentId} ${around}`} dir="auto">
              “{visible(around)}” <span className="quiet">{title}</span>
            </li>
          ))}
        </ul>
      )}
      <div className={css.row}>
        <button
          type="button"
          className="button small"
          aria-pressed={never}
          onClick={() => onChange({ kind: "never", habit: key, never: !never })}
        >
          {never ? "Suggest it again" : "Never again"}
        </button>
        <button
          type="button"
          className="button small plain"
          onClick={() => onChange({ kind: "clear", habit: key })}
        >
          Forget
        </button>
      </div>
    </li>
  );
}

/** Learned weights: to the right what you accept, to the left what you reject. */
function Weights({ weights }: Pick<FilterView, "weights">) {
  const shown = weights.slice(0, WEIGHTS_SHOWN);
  const most = Math.max(...shown.map(({ weight }) => Math.abs(weight)), 1e-9);
  if (shown.length === 0) return null;
  return (
    <>
      <h3>What counts</h3>
      <p className="quiet">
        Weights of the model behind it, log-odds: above 0 you accept more, below 0 less.
      </p>
      <ul className={css.weights}>
        {shown.map(({ feature, weight }) => (
          <li key={feature}>
            <span>{feature}</span>
            <span className={css.track} aria-hidden="true">
              <span
                style={{
                  width: `${(Math.abs(weight) / most) * 50}%`,
                  [weight < 0 ? "right" : "left"]: "50%",
                }}
              />
            </span>
            <span className="number">{weight < 0 ? fixed(weight, 2) : signed(weight, 2)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Edits of this pass that the filter keeps from the writer. */
function Kept({ manuscript }: Pick<Props, "manuscript">) {
  const hidden = useShown(manuscript, ({ review }) => review.tally.hidden);
  if (hidden === 0) return null;
  const kept = manuscript.review.edits.filter(({ state }) => state === "hidden");
  return (
    <details className={css.kept}>
      <summary>{plural(hidden, "edit")} kept from you in this pass</summary>
      <ul>
        {kept.slice(0, HABITS_SHOWN).map(({ id, edit, intent, acceptance }) => (
          <li key={id} className={css.change} dir="auto">
            {edit.before === "" ? null : <del>{visible(edit.before)}</del>}{" "}
            {edit.after === "" ? null : <ins>{visible(edit.after)}</ins>}{" "}
            <span className="quiet">
              {intent}
              {acceptance === null ? "" : `, you would accept it with ${probability(acceptance)}`}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
