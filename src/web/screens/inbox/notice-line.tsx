import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import type { LearningStep } from "#core/views.ts";
import { intervalText, percent, signed } from "#web/app/format.ts";
import { live } from "#web/app/live.ts";
import { Key } from "#web/app/parts.tsx";
import { untilRefitQuery } from "#web/app/queries.ts";
import css from "./notice-line.module.css";
import type { Decided } from "./session.ts";

interface Props {
  readonly projectId: string;
  readonly last: Decided | undefined;
  readonly onUndo: () => void;
}

/** What just happened, quietly: your last decision, and what your corrections taught. */
export function NoticeLine({ projectId, last, onUndo }: Props) {
  const { steps } = useSyncExternalStore(live.subscribe, live.snapshot);
  const step = steps[projectId];
  const { data: untilRefit } = useQuery(untilRefitQuery(projectId));
  return (
    <div className={css.line}>
      <p role="status" className={css.last}>
        {last === undefined ? (
          <span className="quiet">Nothing decided in this sitting yet.</span>
        ) : (
          <>
            <span className="person">
              {last.kind} {last.label === null ? "" : <strong>{last.label}</strong>}
            </span>
            <button type="button" className="button plain small" onClick={onUndo}>
              undo <Key name="z" />
            </button>
          </>
        )}
      </p>
      <p role="status" className={css.learned}>
        {step !== undefined ? (
          <Learned projectId={projectId} step={step} />
        ) : untilRefit === undefined ? null : (
          <span className="quiet">learns after {untilRefit} more</span>
        )}
      </p>
    </div>
  );
}

function Learned({ projectId, step }: { readonly projectId: string; readonly step: LearningStep }) {
  const { corrections, before, after, change, promoted, lessonId } = step;
  return (
    <>
      <Link
        to="/p/$projectId"
        params={{ projectId }}
        hash={`lesson-${lessonId}`}
        className="learned"
        title={step.gate}
      >
        Your last {corrections} corrections {promoted ? "moved" : "would have moved"} the held-out
        error{" "}
        <strong>
          {percent(before.value)} → {percent(after.value)} %
        </strong>{" "}
        ({signed(change.value * 100, 1)} {intervalText(change, "points")})
        {promoted ? "" : " · held back"}
      </Link>
      <button
        type="button"
        className="button plain small"
        aria-label="Dismiss"
        onClick={() => live.dismiss(projectId)}
      >
        ✕
      </button>
    </>
  );
}
