import { useDebouncedCallback } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import {
  type AggregateQuery as Aggregate,
  AggregateQuery,
  type CandidatePage,
  type ScoredReply,
} from "#core/comparison-views.ts";
import { count, fixed, plural, signed } from "#web/app/format.ts";
import { Empty, Failure, Lines } from "#web/app/parts.tsx";
import { candidatesQuery } from "#web/app/queries.ts";
import { AGGREGATES } from "#web/app/search.ts";
import { PromptText, ReplyText, Transcript } from "#web/editors/comparison/transcript.tsx";
import css from "./candidates.module.css";
import panels from "./panels.module.css";
import { type Ranked, rankedReplies } from "./ranking.ts";
import { AGGREGATE_WORDS } from "./words.ts";

const LAMBDA_MAX = 4;
const RESTS_MS = 200;

/** Every prompt with its replies, best first by the score of one's choice; the order follows the slider at once. */
export function Candidates({ projectId }: { readonly projectId: string }) {
  const search = useSearch({ from: "/p/$projectId/language" });
  const navigate = useNavigate({ from: "/p/$projectId/language" });
  const { q = "" } = search;
  const [how, setHow] = useState<Aggregate>(() => AggregateQuery.parse(search));
  const [words, setWords] = useState(q);
  const list = useInfiniteQuery({
    ...candidatesQuery(projectId, q),
    placeholderData: keepPreviousData,
  });
  // The address follows once the hand rests.
  const remember = useDebouncedCallback(
    (next: Partial<Aggregate> & { q?: string | undefined }) =>
      void navigate({
        params: true,
        search: ({ q: _words, ...old }) => {
          const { q: wanted = q, ...rest } = next;
          return { ...old, ...rest, ...(wanted === "" ? {} : { q: wanted }) };
        },
        replace: true,
      }),
    RESTS_MS,
  );
  const choose = (next: Partial<Aggregate>) => {
    setHow({ ...how, ...next });
    remember({ ...how, ...next });
  };
  const prompts = list.data?.pages.flatMap((page) => page.prompts) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  const most = Math.max(
    1,
    ...prompts.flatMap(({ replies }) => replies.flatMap(({ members }) => members.map(Math.abs))),
  );
  return (
    <section className={panels.panel} aria-label="Candidates">
      <header>
        <h2>Replies, re-ranked</h2>
        <p>bar: the score; whisker: ± one s.d. of the members; ▲▼ places moved against the mean</p>
      </header>
      <div className={`${panels.pad} ${css.controls}`}>
        <label className={panels.field}>
          Members become one score by
          <select
            value={how.aggregate}
            onChange={(event) => {
              const aggregate = AGGREGATES.find((one) => one === event.currentTarget.value);
              if (aggregate !== undefined) choose({ aggregate });
            }}
          >
            {AGGREGATES.map((one) => (
              <option key={one} value={one}>
                {AGGREGATE_WORDS[one]}
              </option>
            ))}
          </select>
        </label>
        <label className={css.slider} data-idle={how.aggregate !== "uwo"}>
          <span>
            λ <strong>{fixed(how.lambda, 2)}</strong>: what a unit of disagreement costs
          </span>
          <input
            type="range"
            min={0}
            max={LAMBDA_MAX}
            step={0.05}
            value={Math.min(LAMBDA_MAX, how.lambda)}
            aria-valuetext={`lambda ${fixed(how.lambda, 2)}`}
            onChange={(event) =>
              choose({ lambda: event.currentTarget.valueAsNumber, aggregate: "uwo" })
            }
          />
        </label>
        <label className={panels.field}>
          With the words
          <input
            value={words}
            maxLength={200}
            onChange={(event) => {
              setWords(event.currentTarget.value);
              remember({ q: event.currentTarget.value.trim() });
            }}
          />
        </label>
        <span className="quiet">{plural(total, "prompt")}</span>
      </div>
      {list.error !== null && list.data === undefined ? (
        <Failure error={list.error} what="The replies could not be read" />
      ) : list.data === undefined ? (
        <Lines widths={[70, 90, 80]} />
      ) : prompts.length === 0 ? (
        <Empty title={q === "" ? "No replies yet" : "No prompt or reply has these words"}>
          {q === "" ? "Import or sample some under Data." : undefined}
        </Empty>
      ) : (
        <ol className={css.prompts}>
          {prompts.map((entry) => (
            <Prompt key={entry.itemId} entry={entry} how={how} most={most} />
          ))}
        </ol>
      )}
      {list.hasNextPage ? (
        <div className={panels.pad}>
          <button
            type="button"
            className="button"
            disabled={list.isFetching}
            onClick={() => void list.fetchNextPage()}
          >
            More prompts
          </button>
        </div>
      ) : null}
    </section>
  );
}

function Prompt({
  entry: { prompt, heldOut, compared, replies },
  how,
  most,
}: {
  readonly entry: CandidatePage["prompts"][number];
  readonly how: Aggregate;
  readonly most: number;
}) {
  const [only] = prompt;
  return (
    <li>
      <div className={css.prompt}>
        {prompt.length === 1 && only !== undefined ? (
          <PromptText text={only.content} short />
        ) : (
          <Transcript prompt={prompt} />
        )}
        <p className={panels.under}>
          {heldOut ? <span>held out</span> : null}
          <span className={compared === 0 ? undefined : "person"}>
            compared {count(compared)} ×
          </span>
        </p>
      </div>
      <ol className={css.replies}>
        {rankedReplies(replies, how).map((ranked) => (
          <Reply key={ranked.reply.id} ranked={ranked} most={most} />
        ))}
      </ol>
    </li>
  );
}

function Reply({
  ranked: { reply, score, spread, moved },
  most,
}: {
  readonly ranked: Ranked<ScoredReply>;
  readonly most: number;
}) {
  return (
    <li>
      <ReplyText text={reply.text} />
      <Bar score={score} spread={spread} most={most} />
      <span className={css.numbers}>
        {score === null ? (
          <span className="quiet">no score</span>
        ) : (
          <>
            <span className="learned">{signed(score, 2)}</span>{" "}
            <span className="interval">± {fixed(spread, 2)}</span>
          </>
        )}
      </span>
      <span className={css.moved}>
        {moved === 0 ? (
          ""
        ) : (
          <>
            <span aria-hidden="true">{moved > 0 ? "▲" : "▼"}</span>
            <span className="hidden">{moved > 0 ? "up" : "down"}</span> {Math.abs(moved)}
          </>
        )}
      </span>
      <span className={css.gold}>{reply.gold === null ? "" : `true ${signed(reply.gold, 2)}`}</span>
    </li>
  );
}

/** A bar from nothing to the score, and the members' spread around its end. */
function Bar({
  score,
  spread,
  most,
}: {
  readonly score: number | null;
  readonly spread: number;
  readonly most: number;
}) {
  const at = (value: number) => `${50 + 48 * Math.max(-1, Math.min(1, value / most))}%`;
  const width = `${48 * Math.min(1, Math.abs(score ?? 0) / most)}%`;
  return (
    <svg className={css.bar} width="100%" height="16" aria-hidden="true">
      <line className={css.zero} x1="50%" x2="50%" y1="0" y2="16" />
      {score === null ? null : (
        <>
          <rect x={score < 0 ? at(score) : "50%"} y="4" width={width} height="8" rx="2" />
          <line
            className={css.whisker}
            x1={at(score - spread)}
            x2={at(score + spread)}
            y1="8"
            y2="8"
          />
        </>
      )}
    </svg>
  );
}
