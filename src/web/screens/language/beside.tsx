import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { CheckpointView, SideBySide } from "#core/comparison-views.ts";
import { get, path, query } from "#web/app/api.ts";
import { fixed, percent } from "#web/app/format.ts";
import { Failure, Measured } from "#web/app/parts.tsx";
import { PromptText } from "#web/editors/comparison/transcript.tsx";
import { Checkpoints } from "./checkpoints.tsx";
import css from "./panels.module.css";
import { ScoredText } from "./scored-text.tsx";

interface Props {
  readonly projectId: string;
  readonly checkpoints: readonly CheckpointView[];
}

const PROMPTS = 12;

/** Two checkpoints answer the same fresh prompts. */
export function Beside({ projectId, checkpoints }: Props) {
  const search = useSearch({ from: "/p/$projectId/language" });
  const navigate = useNavigate({ from: "/p/$projectId/language" });
  const a = search.a ?? "base";
  // The latest policy, as far as there is one.
  const b =
    search.b ??
    checkpoints.find(({ lessonId }) => lessonId !== null)?.id ??
    checkpoints.at(-1)?.id ??
    "base";
  const [seed, setSeed] = useState(1);
  const compare = useMutation({
    mutationFn: (turn: number) =>
      get<SideBySide>(
        path`/projects/${projectId}/training/side-by-side` +
          query({ a, b, n: PROMPTS, seed: turn }),
      ),
  });
  const choose = (next: { a?: string; b?: string }) =>
    void navigate({ params: true, search: (old) => ({ ...old, ...next }), replace: true });
  const nameOf = (id: string) => checkpoints.find((one) => one.id === id)?.name ?? id;
  const found = compare.data;
  return (
    <section className={css.panel} aria-label="Side by side">
      <header>
        <h2>Side by side</h2>
        <p>two policies, the same fresh prompts</p>
      </header>
      <form
        className={css.pad}
        onSubmit={(event) => {
          event.preventDefault();
          compare.mutate(seed);
          setSeed(seed + 1);
        }}
      >
        <div className={css.fields}>
          <Checkpoints
            label="Left"
            checkpoints={checkpoints}
            value={a}
            onChoose={(id) => choose({ a: id })}
          />
          <Checkpoints
            label="Right"
            checkpoints={checkpoints}
            value={b}
            onChoose={(id) => choose({ b: id })}
          />
          <button type="submit" className="button" disabled={compare.isPending}>
            {compare.isPending
              ? "Answering…"
              : found === undefined
                ? "Let both answer"
                : "Other prompts"}
          </button>
        </div>
        {compare.error === null ? null : (
          <Failure error={compare.error} what="They could not be compared" />
        )}
      </form>
      {found === undefined ? null : (
        <>
          <p className={css.finding} role="status">
            {besideFinding(found)}{" "}
            {found.bWins === null ? null : (
              <span className="learned">
                learned reward: right wins <Measured of={found.bWins} />
              </span>
            )}{" "}
            {found.bWinsGold === null ? null : (
              <span>
                true reward: right wins <Measured of={found.bWinsGold} />
              </span>
            )}{" "}
            <span className="quiet">
              {fixed(found.length.a, 1)} and {fixed(found.length.b, 1)} words a reply
            </span>
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <section className={css.scroll} tabIndex={0} aria-label="Answers, a table">
            <table className="data">
              <thead>
                <tr>
                  <th scope="col">Prompt</th>
                  <th scope="col">{nameOf(found.a)}</th>
                  <th scope="col">{nameOf(found.b)}</th>
                </tr>
              </thead>
              <tbody>
                {found.rows.map((row, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the same prompt may be drawn twice
                  <tr key={i}>
                    <td>
                      <PromptText text={row.prompt} short />
                    </td>
                    <td>
                      <ScoredText reply={row.a} better={(row.a.score ?? 0) > (row.b.score ?? 0)} />
                    </td>
                    <td>
                      <ScoredText reply={row.b} better={(row.b.score ?? 0) > (row.a.score ?? 0)} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </>
      )}
    </section>
  );
}

/** Whether the two rewards say the same of the two policies. */
function besideFinding({ bWins, bWinsGold }: SideBySide): string {
  const side = (of: SideBySide["bWins"]) =>
    of?.interval == null
      ? null
      : of.interval.low > 0.5
        ? "right"
        : of.interval.high < 0.5
          ? "left"
          : "neither";
  const [learned, gold] = [side(bWins), side(bWinsGold)];
  const said = gold ?? learned;
  if (said === null) return "";
  if (said === "neither")
    return `Neither is clearly better on ${bWins?.n ?? bWinsGold?.n} prompts.`;
  const share = percent(
    Math.max((bWinsGold ?? bWins)?.value ?? 0, 1 - ((bWinsGold ?? bWins)?.value ?? 0)),
  );
  const agrees = learned === null || gold === null || learned === gold;
  return `The ${said} one is better on ${share} % of prompts${agrees ? "" : "; the learned reward does not say so"}.`;
}
