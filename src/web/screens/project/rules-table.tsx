import { useState } from "react";
import type { RuleView } from "#core/views.ts";
import { percent, plural, probability } from "#web/app/format.ts";
import { Measured } from "#web/app/parts.tsx";
import css from "./project.module.css";

const COLUMNS = [
  { id: "coverage", title: "Coverage", of: (rule: RuleView) => rule.coverage.value },
  {
    id: "accuracy",
    title: "Accuracy where it votes",
    of: (rule: RuleView) => rule.accuracy?.value ?? -1,
  },
  { id: "conflicts", title: "Conflicts", of: (rule: RuleView) => rule.conflicts },
  { id: "overlap", title: "Overlap", of: (rule: RuleView) => rule.overlap },
  { id: "weight", title: "Weight", of: (rule: RuleView) => rule.weight ?? -1 },
] as const;

/** The rules: how much of the data each speaks on, how often it is right, and how much its say counts. */
export function RulesTable({ rules }: { readonly rules: readonly RuleView[] }) {
  const [by, setBy] = useState<(typeof COLUMNS)[number]["id"]>("weight");
  const column = COLUMNS.find(({ id }) => id === by);
  const notes = new Set(rules.map(({ accuracy }) => accuracy?.note));
  const [shared] = notes.size === 1 ? notes : [];
  const sorted =
    column === undefined ? rules : rules.toSorted((a, b) => column.of(b) - column.of(a));
  return (
    <section className={css.panel} aria-label="Rules">
      <header>
        <h2>
          {rules.length === 0 ? "No rules vote here" : `${plural(rules.length, "source")} vote`}
        </h2>
        <p>
          conflicts and overlap are shares of a rule's own votes
          {shared === undefined ? "" : `; accuracy: ${shared}`}
        </p>
      </header>
      {rules.length === 0 ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus to be scrolled by keys
        <section className={css.scroll} tabIndex={0} aria-label="Rules, scrolls sideways">
          <table className="data">
            <thead>
              <tr>
                <th>Rule</th>
                <th>Votes</th>
                {COLUMNS.map(({ id, title }) => (
                  <th key={id} className="number" aria-sort={by === id ? "descending" : "none"}>
                    <button
                      type="button"
                      className={css.sort}
                      aria-pressed={by === id}
                      onClick={() => setBy(id)}
                    >
                      {title}
                      {by === id ? " ↓" : ""}
                    </button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {sorted.map((rule) => (
                <RuleRow key={rule.id} rule={rule} noted={shared === undefined} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

const votesFor = ({ rule }: RuleView): string =>
  rule === null
    ? "any"
    : rule.kind === "lookup"
      ? [...new Set(Object.values(rule.table))].join(", ")
      : rule.label;

function RuleRow({ rule, noted }: { readonly rule: RuleView; readonly noted: boolean }) {
  const { title, coverage, accuracy, conflicts, overlap, weight } = rule;
  return (
    <tr>
      <td title={rule.rule?.because}>{title}</td>
      <td>
        <span className="machine">{votesFor(rule)}</span>
      </td>
      <td className="number">
        <Measured of={coverage} n={false} />
      </td>
      <td className="number">
        {accuracy === null ? (
          <span className="quiet">not known yet</span>
        ) : (
          <>
            <Measured of={accuracy} />{" "}
            {noted ? <span className="quiet">{accuracy.note}</span> : null}
          </>
        )}
      </td>
      <td className="number">{percent(conflicts)} %</td>
      <td className="number">{percent(overlap)} %</td>
      <td className="number">{weight === null ? "–" : probability(weight)}</td>
    </tr>
  );
}
