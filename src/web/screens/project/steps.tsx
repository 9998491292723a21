import type { LearningStep } from "#core/views.ts";
import { ago, intervalText, percent, plural, signed } from "#web/app/format.ts";
import { Empty } from "#web/app/parts.tsx";
import css from "./project.module.css";

const SHOWN = 8;

/** What the corrections changed, newest first. */
export function Steps({ steps }: { readonly steps: readonly LearningStep[] }) {
  return (
    <section className={css.panel} aria-label="What the corrections changed">
      <header>
        <h2>What the corrections changed</h2>
        <p>held-out error before and after</p>
      </header>
      {steps.length === 0 ? (
        <Empty title="Nothing learned yet">
          Each time enough corrections have come in, a lesson is learned and tested here.
        </Empty>
      ) : (
        <ul className={css.list}>
          {steps.slice(0, SHOWN).map((step) => (
            <Step key={`${step.lessonId}/${step.atMs}`} step={step} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Step({ step }: { readonly step: LearningStep }) {
  const { corrections, before, after, change, promoted, gate, lessonId, atMs } = step;
  return (
    <li>
      <p>
        <a href={`#lesson-${lessonId}`} className="learned">
          {percent(before.value)} → {percent(after.value)} %
        </a>{" "}
        ({signed(change.value * 100, 1)} {intervalText(change, "points")}, n {after.n}) from{" "}
        {plural(corrections, "correction")}, <span className="quiet">{ago(atMs, Date.now())}</span>
      </p>
      <p className="quiet">
        <span className={promoted ? "chip learned" : "chip"}>
          {promoted ? "went live" : "held back"}
        </span>{" "}
        {gate}
      </p>
    </li>
  );
}
