import type { BlindReply } from "#core/comparison-views.ts";
import { plural } from "#web/app/format.ts";
import { letterOf } from "#web/editors/comparison/judgement.ts";
import { ReplyText } from "#web/editors/comparison/transcript.tsx";
import css from "./compare.module.css";

interface Props {
  readonly replies: readonly BlindReply[];
  /** The order said so far; null where a pair is compared. */
  readonly tiers: readonly (readonly string[])[] | null;
  readonly lengths: boolean;
  readonly onRank: (side: number) => void;
}

const wordsOf = (text: string): number => text.split(/\s+/).filter((word) => word !== "").length;

/** The replies as they were drawn, left to right: nothing tells whose they are. */
export function Replies({ replies, tiers, lengths, onRank }: Props) {
  return (
    <div className={css.replies} data-many={replies.length > 2}>
      {replies.map(({ id, text }, side) => {
        const letter = letterOf(side);
        const place = tiers === null ? -1 : tiers.findIndex((tier) => tier.includes(id));
        return (
          <section key={id} className={css.reply} aria-label={`Reply ${letter}`}>
            <header>
              <span className={css.letter}>{letter}</span>
              {lengths ? <span className="quiet">{plural(wordsOf(text), "word")}</span> : null}
              {tiers === null ? null : place < 0 ? (
                <button
                  type="button"
                  className="button small"
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => onRank(side)}
                >
                  next best
                </button>
              ) : (
                <span className="chip person">{place + 1}.</span>
              )}
            </header>
            <ReplyText text={text} />
          </section>
        );
      })}
    </div>
  );
}
