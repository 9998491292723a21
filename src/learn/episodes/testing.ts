import type { Episode, StepRow } from "#core/episode.ts";

/** What rows an episode is made of: a letter each. */
const KINDS: Readonly<Record<string, Pick<StepRow, "source" | "segment">>> = {
  d: { source: "demo" },
  p: { source: "policy" },
  h: { source: "human" },
  r: { source: "human", segment: "recovery" },
  c: { source: "human", segment: "correction" },
};

/**
 * An episode for tests from a script such as `pphh pp`: `d` demonstration, `p` policy, `h` human, `r`
 * recovery, `c` correction; a space ends a take-over without the policy acting in between. Row i
 * observes [i, 1] and does [0.1].
 */
export function scripted(script: string, changes: Partial<Episode> = {}): Episode {
  const rows: StepRow[] = [];
  let intervention = -1;
  let before = "";
  for (const letter of script) {
    const kind = KINDS[letter];
    const human = kind?.source === "human";
    if (human && !"hrc".includes(before || "-")) intervention += 1;
    before = letter;
    if (kind === undefined) continue;
    const t = rows.length;
    const row = { t, obs: [t, 1], action: [0.1], ...kind };
    rows.push(human ? { ...row, interventionId: intervention } : row);
  }
  return {
    id: script,
    world: "tabletop",
    seed: null,
    round: 0,
    policyId: null,
    controlHz: 10,
    end: "success",
    rows,
    notReal: [],
    preWindows: {},
    ...changes,
  };
}
