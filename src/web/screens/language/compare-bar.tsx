import type { ComparisonSchema } from "#core/comparison.ts";
import type { QuestionView } from "#core/comparison-views.ts";
import { stopwatch } from "#web/app/format.ts";
import { Act, Key } from "#web/app/parts.tsx";
import { type Meter, useReading } from "#web/screens/inbox/meter.ts";
import css from "./compare.module.css";

interface Props {
  readonly question: QuestionView | undefined;
  readonly schema: ComparisonSchema;
  readonly draft: { readonly reasons: readonly string[]; readonly lengths: boolean };
  /** Of a ranking: whether every reply has its place. */
  readonly complete: boolean;
  readonly canUndo: boolean;
  readonly meter: Pick<Meter, "read">;
  readonly acts: {
    prefer(verdict: "first" | "second" | "tie" | "both-bad"): void;
    unrank(): void;
    give(): void;
    skip(): void;
    undo(): void;
    toggleReason(reason: string): void;
    toggleLengths(): void;
  };
}

/** What can be said of the replies, each with its key. */
export function CompareBar({ question, schema, draft, complete, canUndo, meter, acts }: Props) {
  const idle = question === undefined;
  return (
    <section className={css.bar} aria-label="Answer">
      <fieldset className={css.reasons}>
        <legend className="hidden">Because</legend>
        <span className="label" aria-hidden="true">
          because
        </span>
        {schema.reasons.map((reason, i) => (
          <button
            key={reason}
            type="button"
            className={css.reason}
            aria-pressed={draft.reasons.includes(reason)}
            disabled={idle}
            onClick={() => acts.toggleReason(reason)}
            onMouseDown={(event) => event.preventDefault()}
          >
            {reason} {i < 9 ? <Key name={String(i + 1)} /> : null}
          </button>
        ))}
      </fieldset>
      <div className={css.acts}>
        {question?.form === "ranking" ? (
          <>
            <Act name="enter" primary disabled={!complete} onAct={acts.give}>
              Give this order
            </Act>
            <Act name="backspace" onAct={acts.unrank}>
              Take one back
            </Act>
          </>
        ) : (
          <>
            <Act name="a" disabled={idle} onAct={() => acts.prefer("first")}>
              A is better
            </Act>
            <Act name="b" disabled={idle} onAct={() => acts.prefer("second")}>
              B is better
            </Act>
            {schema.tieAllowed ? (
              <Act name="t" disabled={idle} onAct={() => acts.prefer("tie")}>
                Tie
              </Act>
            ) : null}
            <Act name="x" disabled={idle} onAct={() => acts.prefer("both-bad")}>
              Both bad
            </Act>
          </>
        )}
        <span className={css.gap} />
        <Act name="s" disabled={idle} onAct={acts.skip}>
          Skip
        </Act>
        <Act name="z" disabled={!canUndo} onAct={acts.undo}>
          Undo
        </Act>
        <Act name="l" disabled={idle} onAct={acts.toggleLengths}>
          {draft.lengths ? "Hide lengths" : "Lengths"}
        </Act>
        <Timer meter={meter} />
      </div>
    </section>
  );
}

function Timer({ meter }: { readonly meter: Pick<Meter, "read"> }) {
  const { ms, running } = useReading(meter);
  return (
    <span
      className={css.timer}
      role="timer"
      aria-label={`Time on this question ${stopwatch(ms)}${running ? "" : ", paused"}`}
    >
      {stopwatch(ms)}
      {running ? "" : " paused"}
    </span>
  );
}
