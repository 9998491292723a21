/** Turns as paths over numbered states, with the words behind the numbers. */
import { judgeTurns, saidIn, type TurnVerdict } from "#assess/defects.ts";
import { type Session, type Skipped, sessionsOf } from "#assess/sessions.ts";
import type { Interpretation, UserTurn } from "#core/rewrite.ts";
import { maskKey, maskText, normaliseUtterance } from "#correct/utterance.ts";
import { LOCALE_UNSTATED } from "#learn/rewrite-table.ts";
import type { MineOptions } from "./options.ts";
import { PathBuilder, type Paths } from "./paths.ts";

const DAY_MS = 86_400_000;

/** A state of the chain. */
export interface State {
  readonly key: string;
  readonly locale: string;
  /** Set where it stands for a request answered as another: the keys of both. Never rewritten, never rewritten to. */
  readonly via?: { readonly from: string; readonly to: string };
}

/** What was said, by its key, with how it is mostly worded. */
export interface Said {
  readonly key: string;
  readonly locale: string;
  /** Wordings and how often each was met. */
  readonly wordings: Map<string, number>;
}

export interface LogCounts {
  turns: number;
  sessions: number;
  /** Steps from one request to another that were taken for a repair. */
  moves: number;
  /** Requests said again as they were. */
  repeats: number;
  /** Steps to another topic, and defects by verdict. */
  topics: number;
  defects: number;
  /** Turns that were answered as something else. */
  rewritten: number;
}

export interface SessionLog {
  readonly paths: Paths;
  /** [steps] what was said, as a number into `said`. */
  readonly texts: Uint32Array;
  readonly states: readonly State[];
  readonly said: readonly Said[];
  readonly users: readonly string[];
  readonly skipped: readonly Skipped[];
  readonly counts: Readonly<LogCounts>;
}

/** Skipped turns that are told one by one; all are counted. */
const SKIPPED_MAX = 10_000;
/** Different wordings of one key that are held. */
const WORDINGS_MAX = 16;
const SESSIONS_A_REPORT = 20_000;

/** What was understood as a key: names in order, values normalised and masked. */
export function interpretationKey({ domain, intent, slots }: Interpretation): string {
  const told = Object.entries(slots)
    .map(([name, value]) => `${name}=${maskKey(normaliseUtterance(value)).key}`)
    .sort();
  return `${domain}/${intent}(${told.join(", ")})`;
}

/** Numbers things by key in the order they are met. */
class Numbered<T> {
  readonly all: T[] = [];
  private readonly numbers = new Map<string, number>();

  of(key: string, make: () => T): number {
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.all.length;
      this.numbers.set(key, number);
      this.all.push(make());
    }
    return number;
  }
}

/** Reads sessions into paths, one after another. */
class LogReader {
  readonly builder = new PathBuilder();
  readonly states = new Numbered<State>();
  readonly said = new Numbered<Said>();
  readonly users = new Numbered<string>();
  readonly counts: LogCounts = {
    turns: 0,
    sessions: 0,
    moves: 0,
    repeats: 0,
    topics: 0,
    defects: 0,
    rewritten: 0,
  };
  private readonly options: MineOptions;
  private readonly vectors: ReadonlyMap<string, Float32Array> | undefined;

  constructor(options: MineOptions, vectors: ReadonlyMap<string, Float32Array> | undefined) {
    this.options = options;
    this.vectors = vectors;
  }

  read({ user: name, locale = LOCALE_UNSTATED, turns }: Session): void {
    const { builder, counts } = this;
    const { edgeFilter } = this.options;
    const user = this.users.of(name, () => name);
    const verdicts = judgeTurns(turns, this.vectors && { vectors: this.vectors });
    counts.sessions++;
    counts.turns += turns.length;
    const states = verdicts.map((verdict, at) =>
      this.stateOf(turns[at] as UserTurn, verdict, locale),
    );
    const day = (turns[0]?.ts ?? 0) / DAY_MS;
    for (const [at, verdict] of verdicts.entries()) {
      const { outcome, follow, because } = verdict;
      builder.step(states[at] as number, this.textOf(turns[at] as UserTurn, verdict, locale));
      if (outcome === "defect") counts.defects++;
      if (follow === "topic") counts.topics++;
      // Another wording of the same interpretation is the same request again.
      const same = follow === "repeat" || states[at] === states[at + 1];
      const onTopic = follow === "rephrase" || follow === "near";
      const repair = edgeFilter ? onTopic && because !== "said-to-work" : follow !== "end";
      if (!same && repair) {
        counts.moves++;
        continue;
      }
      if (same && outcome === "defect") counts.repeats++;
      builder.end(outcome === "success", user, day);
    }
  }

  private stateOf(turn: UserTurn, { key }: TurnVerdict, locale: string): number {
    const { interpretation, rewrite } = turn;
    if (rewrite?.arm === "treated") {
      this.counts.rewritten++;
      if (this.options.contamination === "aware") return this.viaOf(turn, key, locale);
    }
    const own =
      this.options.state === "interpretation" && interpretation !== undefined
        ? interpretationKey(interpretation)
        : key;
    return this.states.of(`${locale}\n${own}`, () => ({ key: own, locale }));
  }

  /** How a rewritten turn ends tells of the rewrite: it is a state of its own, on the way from one key to the other. */
  private viaOf({ utterance }: UserTurn, from: string, locale: string): number {
    const to = maskKey(normaliseUtterance(utterance)).key;
    const key = `${from} => ${to}`;
    return this.states.of(`${locale}\n\n${key}`, () => ({ key, locale, via: { from, to } }));
  }

  private textOf(turn: UserTurn, { key }: TurnVerdict, locale: string): number {
    const text = this.said.of(`${locale}\n${key}`, () => ({ key, locale, wordings: new Map() }));
    const { wordings } = this.said.all[text] as Said;
    const wording = maskText(saidIn(turn).trim());
    const seen = wordings.get(wording);
    if (seen !== undefined || wordings.size < WORDINGS_MAX) wordings.set(wording, (seen ?? 0) + 1);
    return text;
  }
}

/** @param how `vectors`: unit vectors by masked key; `pause` is called now and then with the sessions read. */
export function readLog(
  turns: Iterable<UserTurn>,
  options: MineOptions,
  how: {
    readonly vectors?: ReadonlyMap<string, Float32Array> | undefined;
    pause?(sessions: number): void;
  } = {},
): SessionLog {
  const reader = new LogReader(options, how.vectors);
  const skipped: Skipped[] = [];
  const skip = (one: Skipped) => {
    if (skipped.length < SKIPPED_MAX) skipped.push(one);
  };
  for (const session of sessionsOf(turns, options, skip)) {
    reader.read(session);
    if (reader.counts.sessions % SESSIONS_A_REPORT === 0) how.pause?.(reader.counts.sessions);
  }
  const { states, said, users, counts, builder } = reader;
  return {
    ...builder.take(states.all.length, users.all.length),
    states: states.all,
    said: said.all,
    users: users.all,
    skipped,
    counts,
  };
}

/** How a key is mostly worded; the key itself where numbers or addresses were masked, so that they can be put back. */
export function wordingOf({ key, wordings }: Said): string {
  if (key.includes("<")) return key;
  let best = key;
  let most = 0;
  for (const [wording, count] of wordings) if (count > most) [best, most] = [wording, count];
  return best;
}
