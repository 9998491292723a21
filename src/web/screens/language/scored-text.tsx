import type { SampledReply } from "#core/comparison-views.ts";
import { signed } from "#web/app/format.ts";
import { ReplyText } from "#web/editors/comparison/transcript.tsx";
import css from "./panels.module.css";

interface Props {
  readonly reply: Pick<SampledReply, "text" | "score" | "spread" | "gold">;
  readonly better?: boolean;
}

/** A reply with what the reward model makes of it, and the world. */
export function ScoredText({ reply: { text, score, spread, gold }, better = false }: Props) {
  return (
    <div className={css.scored} data-better={better}>
      <ReplyText text={text} />
      <span className={css.under}>
        {score === null ? null : (
          <span className="learned">
            {better ? "▲ " : ""}
            {signed(score, 2)} <span className="interval">± {(spread ?? 0).toFixed(2)}</span>
          </span>
        )}
        {gold === null ? null : <span>true {signed(gold, 2)}</span>}
      </span>
    </div>
  );
}
