/**
 * A sitting at the pairs as a fold over what happens: questions on hand, the first of them on the screen, and the trail of
 * what was said, kept so that it can be taken back after a reload too.
 */
import type { QuestionView } from "#core/comparison-views.ts";
import type { Judgement } from "#web/editors/comparison/judgement.ts";

export interface Said {
  readonly question: QuestionView;
  /** Null: passed over. */
  readonly judgement: Judgement | null;
  readonly correctionId: string | null;
  /** Key of the act in the outbox. */
  readonly entry: string;
}

export interface Sitting {
  readonly hand: readonly QuestionView[];
  /** Oldest first. */
  readonly trail: readonly Said[];
}

export const emptySitting: Sitting = { hand: [], trail: [] };

/** So many can be taken back. */
export const TRAIL_MAX = 30;

const saidOf = (trail: readonly Said[]): ReadonlySet<string> =>
  new Set(trail.map(({ question }) => question.id));

/** New questions go below those on hand; what was said already stays away. */
export function serve(sitting: Sitting, questions: readonly QuestionView[]): Sitting {
  const known = saidOf(sitting.trail);
  const onHand = new Set(sitting.hand.map(({ id }) => id));
  const fresh = questions.filter(({ id }) => !known.has(id) && !onHand.has(id));
  return fresh.length === 0 ? sitting : { ...sitting, hand: [...sitting.hand, ...fresh] };
}

/** Questions in the order they were in before, new ones last. */
export function inOrder(
  questions: readonly QuestionView[],
  before: readonly string[],
): QuestionView[] {
  const place = ({ id }: QuestionView) => {
    const at = before.indexOf(id);
    return at < 0 ? before.length : at;
  };
  return questions.toSorted((a, b) => place(a) - place(b));
}

/** Something was said of a question: the next one is on the screen. */
export function say(sitting: Sitting, said: Said): Sitting {
  return {
    hand: sitting.hand.filter(({ id }) => id !== said.question.id),
    trail: [...sitting.trail, said].slice(-TRAIL_MAX),
  };
}

/** Takes the last thing said back: its question is on the screen again, those on hand wait below. */
export function takeBack(sitting: Sitting): Sitting {
  const last = sitting.trail.at(-1);
  if (last === undefined) return sitting;
  const others = sitting.hand.filter(({ id }) => id !== last.question.id);
  return { hand: [last.question, ...others], trail: sitting.trail.slice(0, -1) };
}

/** The trail as another page of the same person left it: what was said there is not asked here. */
export function follow(sitting: Sitting, trail: readonly Said[]): Sitting {
  const said = saidOf(trail);
  return { trail, hand: sitting.hand.filter(({ id }) => !said.has(id)) };
}
