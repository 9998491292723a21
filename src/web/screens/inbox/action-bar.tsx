import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { CaseView } from "#core/views.ts";
import { count, fixed, minutes, stopwatch } from "#web/app/format.ts";
import { Act } from "#web/app/parts.tsx";
import { leftQuery, minutesLeftQuery, overviewQuery } from "#web/app/queries.ts";
import { LabelButtons } from "#web/editors/label/label-buttons.tsx";
import css from "./action-bar.module.css";
import { budgetAt } from "./budget.ts";
import { type Meter, useReading } from "./meter.ts";

interface Acts {
  readonly give: (label: string) => void;
  readonly confirm: () => void;
  readonly ask: () => void;
  readonly skip: () => void;
  readonly undo: () => void;
}

interface Props {
  readonly projectId: string;
  readonly classes: readonly string[];
  readonly open: CaseView | undefined;
  readonly answered: boolean;
  readonly asking: boolean;
  readonly canUndo: boolean;
  readonly meter: Meter;
  readonly acts: Acts;
}

export function ActionBar({
  projectId,
  classes,
  open,
  answered,
  asking,
  canUndo,
  meter,
  acts,
}: Props) {
  const proposed = open?.suggestionShown === true ? (open.proposal?.output ?? null) : null;
  const idle = open === undefined;
  return (
    <section className={css.bar} aria-label="Answer">
      <div className={css.acts}>
        <Act name="enter" disabled={idle || proposed === null} onAct={acts.confirm} primary>
          {answered ? "Confirm again" : "Confirm"} {proposed}
        </Act>
        <LabelButtons classes={classes} disabled={idle} onGive={acts.give} />
        <span className={css.gap} />
        <Act name="e" disabled={idle || asking} onAct={acts.ask}>
          {asking ? "Asking…" : "Ask again"}
        </Act>
        <Act name="s" disabled={idle} onAct={acts.skip}>
          Skip
        </Act>
        <Act name="z" disabled={!canUndo} onAct={acts.undo}>
          Undo
        </Act>
        <Timer meter={meter} />
      </div>
      <BudgetSlider projectId={projectId} />
    </section>
  );
}

function Timer({ meter }: { readonly meter: Meter }) {
  const { ms, running } = useReading(meter);
  return (
    <span
      className={css.timer}
      data-running={running}
      role="timer"
      aria-label={`Time on this item ${stopwatch(ms)}${running ? "" : ", paused"}`}
    >
      {stopwatch(ms)}
      {running ? "" : " paused"}
    </span>
  );
}

/** "Review the riskiest N → expected errors left x": what a given effort would buy. */
function BudgetSlider({ projectId }: { readonly projectId: string }) {
  const { data: overview } = useQuery(overviewQuery(projectId));
  const { data: left } = useQuery(leftQuery(projectId));
  const { data: minutesLeft } = useQuery(minutesLeftQuery(projectId));
  const [wanted, setWanted] = useState<number | null>(null);
  const curve = overview?.budget ?? [];
  const most = curve.at(-1)?.x ?? 0;
  const reviewed = Math.min(most, wanted ?? Math.round(most / 5));
  const budget = budgetAt(curve, reviewed);
  if (budget === undefined || most === 0) return null;
  const perCase = left === undefined || left === 0 ? null : (minutesLeft ?? null);
  const time =
    perCase === null || left === undefined ? "" : `, ~${minutes((perCase / left) * reviewed)}`;
  return (
    <label className={css.budget}>
      <span className={css.budgetText}>
        Review the riskiest <strong>{count(reviewed)}</strong>
        {time}
      </span>
      <input
        type="range"
        min={0}
        max={most}
        value={reviewed}
        onChange={(event) => setWanted(event.currentTarget.valueAsNumber)}
        aria-label="Review budget, in cases"
        aria-valuetext={`${reviewed} cases, ${fixed(budget.errorsLeft, 0)} errors left`}
      />
      <output className={css.budgetText}>
        errors left <strong>{fixed(budget.errorsLeft, budget.errorsLeft < 10 ? 1 : 0)}</strong>{" "}
        <span className="interval">
          {budget.low === null || budget.high === null
            ? "no interval"
            : `[${fixed(budget.low, 0)}, ${fixed(budget.high, 0)}]`}
        </span>
      </output>
    </label>
  );
}
