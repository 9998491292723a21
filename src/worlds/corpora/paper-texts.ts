/** Titles and abstracts of papers that nobody wrote, in the lengths and the manners of real ones. */
import type { Rng } from "#core/rng.ts";

export interface PaperText {
  readonly title: string;
  readonly abstract: string;
}

const TASKS = [
  "grasping of wet glass",
  "summaries of court records",
  "repair of broken unit tests",
  "labelling of cell images",
  "dialogue about train delays",
  "reading of hand-drawn maps",
  "ranking of answers to children's questions",
  "segmentation of river beds",
  "proofs in school geometry",
  "folding of laundry by two arms",
  "translation of recipes",
  "spotting of duplicate tickets",
  "planning of harbour traffic",
  "captioning of museum pieces",
  "transcription of field recordings",
  "sorting of returned parcels",
];
const MEANS = [
  "corrections in passing",
  "a second reader",
  "pairwise preferences",
  "votes of weak rules",
  "a memory of past mistakes",
  "interventions of an operator",
  "edits that people undo",
  "hindsight from users",
  "calibrated doubt",
  "a critic trained on disagreement",
  "short sketches of intent",
  "questions asked at the right moment",
];
const NAMES = [
  "Marlin",
  "TwiceTold",
  "LoomKit",
  "AskFirst",
  "Kestrel-7",
  "PATCHWORK",
  "SideNote",
  "Ferry",
  "OpenLedger",
  "Hedgerow",
  "Tern2",
  "CoRevise",
];
const PEOPLE = ["annotators", "operators", "nurses", "reviewers", "teachers", "novices", "editors"];
const NUMBERS = ["3", "12", "27", "41.5", "2.3", "68", "19.4", "7"];

const TITLES: readonly ((of: Topic) => string)[] = [
  ({ name, task, means }) => `${name}: ${capital(task)} with ${capital(means)}`,
  ({ task, means }) => `Learning ${capital(task)} from ${capital(means)}`,
  ({ task }) => `What Do People Correct First? A Study of ${capital(task)}`,
  ({ means, task }) => `On ${capital(means)} in the ${capital(task)}`,
  ({ name, task }) => `${name} - An Open Collection for the ${capital(task)}`,
  ({ means }) => `How Far Does ${capital(means)} Carry?`,
  ({ means, task, other }) =>
    `From ${capital(means)} to ${capital(other)}: Towards Dependable ${capital(task)} at Scale`,
  // Titles that share no word with their abstract.
  () => "Better Late Than Never",
  () => "Two Birds, No Stone: A Cautionary Tale",
  () => "Who Watches Whom?",
];

const OPENINGS: readonly ((of: Topic) => string)[] = [
  ({ task, people }) =>
    `The ${task} still rests on ${people} who see the same mistakes again and again.`,
  ({ task }) => `Systems for the ${task} have grown fast, yet few of them say when they are wrong.`,
  ({ means, task }) => `We ask whether ${means} can make the ${task} better without more labels.`,
  ({ task, people }) =>
    `Anyone who has watched ${people} at the ${task} knows how much of it is correction.`,
];

const MIDDLES: readonly ((of: Topic) => string)[] = [
  ({ name, means }) =>
    `We present ${name}, a method that turns ${means} into a signal to learn from.`,
  ({ name, number }) =>
    `${name} keeps ${number} candidates apart and asks a person only where they disagree.`,
  ({ people, number }) =>
    `In a field trial with ${number} ${people} over six weeks the effort fell by a third.`,
  ({ means, other }) => `Unlike ${other}, ${means} cost nothing when nothing is wrong.`,
  ({ number }) =>
    `On held-out data the error goes down by ${number} points (from 31.2 to 24.8 per cent).`,
  ({ task, number }) =>
    `For the ${task}, ${number}% of the gain comes from the first hundred corrections.`,
  ({ other }) =>
    `An ablation shows that without ${other} the effect vanishes; with it, the effect doubles.`,
  ({ people }) => `We find that ${people} slip more often late in a session, and model that slip.`,
  ({ name }) =>
    `The policy behind ${name} is trained in two stages: imitation first, then preference.`,
  ({ task }) =>
    `Existing benchmarks of the ${task} measure the first answer and never the repaired one.`,
  ({ means, number }) =>
    `Theory says that ${means} help whenever the noise is below ${number} per cent.`,
  ({ name, other }) =>
    `We compare ${name} with ${other}, with a tuned baseline and with random queries.`,
  ({ people, task }) =>
    `To this end we recorded ${people} during the ${task} and kept every keystroke.`,
  () => "Results hold for five seeds; intervals are paired and clustered by session.",
  ({ number }) => `A smaller model with ${number} billion weights profits more than a larger one.`,
];

/** What real abstracts hold that a parser may stumble over. */
const ODDITIES: readonly ((of: Topic) => string)[] = [
  ({ number }) => `It is 10times faster and uses 12{36} fewer steps (pm ${number} pp).`,
  () => "We call the three parts ``ask'', ``wait'' and ``learn''; accuracy is 44.96\\%.",
  () => "All recordings are from Mar 12, 2024 · Oct 29, 2024 and the winter between.",
  ({ name }) => `The parts are: ${name} · a queue · a gate; each is described on its own.`,
  () => "As of September 24, 2023 the collection has 5 authors and 3 maintainers.",
  () => "Scores with a < b & b > c are kept; <b>nothing</b> else is.",
];

const CLOSINGS: readonly ((of: Topic) => string)[] = [
  ({ name }) => `Code and data are at https://example.org/${name.toLowerCase()}.`,
  ({ name }) => `Project page: https://hf.nmccl.cn.eu.org/spaces/own/${name.toLowerCase()}.`,
  ({ task }) => `We hope that this helps to make the ${task} a little more dependable.`,
  ({ people }) => `All material is free for ${people} to use.`,
];

interface Topic {
  readonly name: string;
  readonly task: string;
  readonly means: string;
  readonly other: string;
  readonly people: string;
  readonly number: string;
}

const SMALL_WORDS = new Set(
  "a an and as at by for from in of on or that the to with about".split(" "),
);
const capital = (text: string): string =>
  text
    .split(" ")
    .map((word, i) =>
      i > 0 && SMALL_WORDS.has(word) ? word : `${word.charAt(0).toUpperCase()}${word.slice(1)}`,
    )
    .join(" ");

export const TITLE_CHARS_MAX = 150;
/** Lengths of abstracts as a real page has them. */
export const ABSTRACT_CHARS = { min: 1_379, max: 1_920 } as const;

const topicOf = (rng: Rng): Topic => {
  const [means = "", other = ""] = rng.shuffle(MEANS);
  return {
    name: rng.pick(NAMES),
    task: rng.pick(TASKS),
    means,
    other,
    people: rng.pick(PEOPLE),
    number: rng.pick(NUMBERS),
  };
};

/** A title and its abstract. */
export function paperText(rng: Rng): PaperText {
  const topic = topicOf(rng);
  const title = rng.pick(TITLES.filter((make) => make(topic).length <= TITLE_CHARS_MAX))(topic);
  const closing = rng.bernoulli(0.6) ? rng.pick(CLOSINGS)(topic) : "";
  const room = ABSTRACT_CHARS.max - closing.length - 1;
  let abstract = rng.pick(OPENINGS)(topic);
  const wanted = ABSTRACT_CHARS.min + rng.int(ABSTRACT_CHARS.max - ABSTRACT_CHARS.min - 150);
  if (rng.bernoulli(0.3)) abstract += ` ${rng.pick(ODDITIES)(topic)}`;
  while (abstract.length < wanted - closing.length) {
    // Each sentence about what the title is of, with figures and rivals of its own.
    const of = { ...topicOf(rng), name: topic.name, task: topic.task, means: topic.means };
    const sentence = rng.pick(MIDDLES)(of);
    if (abstract.length + 1 + sentence.length > room) break;
    abstract += ` ${sentence}`;
  }
  return { title, abstract: closing === "" ? abstract : `${abstract} ${closing}` };
}
