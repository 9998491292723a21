/** From states back to words: what is said for a state, and which words stand for it. */
import { PairIndex } from "#num/pair-index.ts";
import type { SessionLog } from "./log.ts";

export interface Surfaces {
  /** Texts that mean a state more often than any other: numbers into `log.said`. */
  from(state: number): readonly number[];
  /** The text to say for a state: the one that most often succeeded as it. */
  to(state: number): number | undefined;
  /** The state a text mostly means; undefined where it was only ever answered as something else. */
  of(text: number): number | undefined;
}

/** States that are texts have one text each. */
function ofTexts({ paths, texts, states, said }: SessionLog): Surfaces {
  const text = new Int32Array(paths.states).fill(-1);
  const state = new Int32Array(said.length).fill(-1);
  for (let step = 0; step < texts.length; step++) {
    const [here, of] = [paths.state[step] as number, texts[step] as number];
    if (states[here]?.via !== undefined) continue;
    text[here] = of;
    state[of] = here;
  }
  const known = (number: number | undefined) =>
    number === undefined || number < 0 ? undefined : number;
  return {
    from: (of) => {
      const only = known(text[of]);
      return only === undefined ? [] : [only];
    },
    to: (of) => known(text[of]),
    of: (of) => known(state[of]),
  };
}

interface Use {
  readonly text: number;
  readonly state: number;
  visits: number;
  successes: number;
  users: number;
}

/** How often each text was understood as each state, how often that went well, and by how many users. */
function usesOf({ paths, texts, states }: SessionLog): Use[] {
  const { state, start, success, user } = paths;
  const pairs = new PairIndex();
  const byUser = new PairIndex();
  const uses: Use[] = [];
  for (let path = 0; path < success.length; path++) {
    const until = start[path + 1] as number;
    for (let step = start[path] as number; step < until; step++) {
      const [text, here] = [texts[step] as number, state[step] as number];
      if (states[here]?.via !== undefined) continue;
      const pair = pairs.add(text, here);
      let use = uses[pair];
      if (use === undefined) {
        use = { text, state: here, visits: 0, successes: 0, users: 0 };
        uses.push(use);
      }
      use.visits++;
      if (step === until - 1 && success[path] === 1) use.successes++;
      const before = byUser.size;
      byUser.add(pair, user[path] as number);
      if (byUser.size > before) use.users++;
    }
  }
  return uses;
}

/** c(u, h) the visits of a text as a state: to a text's own state, and to a state's text of the most successes. */
function ofInterpretations(log: SessionLog, usersMin: number): Surfaces {
  const uses = usesOf(log);
  const main = new Map<number, Use>();
  const best = new Map<number, Use>();
  for (const use of uses) {
    const rival = main.get(use.text);
    if (rival === undefined || use.visits > rival.visits) main.set(use.text, use);
    if (use.users < usersMin) continue;
    const top = best.get(use.state);
    if (top === undefined || use.successes > top.successes) best.set(use.state, use);
  }
  const from = new Map<number, number[]>();
  for (const { text, state, users } of main.values())
    if (users >= usersMin) from.set(state, [...(from.get(state) ?? []), text]);
  return {
    from: (state) => from.get(state) ?? [],
    to: (state) => best.get(state)?.text,
    of: (text) => main.get(text)?.state,
  };
}

/** Texts that fewer users said are never given back. */
export const surfacesOf = (log: SessionLog, state: "text" | "interpretation", usersMin: number) =>
  state === "text" ? ofTexts(log) : ofInterpretations(log, usersMin);
