import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import type { LearningStep } from "#core/views.ts";
import { intervalText, percent, plural, signed } from "#web/app/format.ts";
import { live } from "#web/app/live.ts";
import { Key } from "#web/app/parts.tsx";
import { progressQuery } from "#web/app/queries.ts";
import { judgementText } from "#web/editors/comparison/judgement.ts";
import css from "./compare.module.css";
import { opposite } from "./findings.ts";
import type { Said } from "./sitting.ts";

interface Props {
  readonly projectId: string;
  readonly last: Said | undefined;
  readonly onUndo: () => void;
}

/** What just happened, quietly: what you said last, and what comparisons taught. */
export function NoticeLine({ projectId, last, onUndo }: Props) {
  const { steps } = useSyncExternalStore(live.subscribe, live.snapshot);
  const step = steps[projectId];
  const { data: progress } = useQuery(progressQuery(projectId));
  return (
    <div className={css.notice}>
      <p role="status" className={css.last}>
        {last === undefined ? (
          <span className="quiet">Nothing compared in this sitting yet.</span>
        ) : (
          <>
            <span className="person">
              {last.judgement === null ? "skipped" : judgementText(last.question, last.judgement)}
            </span>
            <button type="button" className="button plain small" onClick={onUndo}>
              undo <Key name="z" />
            </button>
          </>
        )}
      </p>
      <p role="status" className={css.last}>
        {step !== undefined ? (
          <Learned projectId={projectId} step={step} />
        ) : progress === undefined ? null : (
          <span className="quiet">
            learns after {plural(progress.untilRefit, "more comparison")}
          </span>
        )}
      </p>
    </div>
  );
}

function Learned({ projectId, step }: { readonly projectId: string; readonly step: LearningStep }) {
  const { before, after, change, promoted, corrections, gate } = step;
  const gain = opposite(change);
  return (
    <>
      <span className="learned" title={gate}>
        The last {plural(corrections, "comparison")} {promoted ? "moved" : "would have moved"} the
        held-out accuracy{" "}
        <strong>
          {percent(1 - before.value)} → {percent(1 - after.value)} %
        </strong>{" "}
        ({signed(gain.value * 100, 1)} {intervalText(gain, "points")})
        {promoted ? "" : " · held back"}
      </span>
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
