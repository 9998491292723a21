/** What requests to an assistant sound like: a grammar of skills and names, and how names get misheard. */
import type { Interpretation } from "#core/rewrite.ts";
import type { Rng } from "#core/rng.ts";

interface Skill {
  readonly domain: string;
  readonly intent: string;
  /** Ways to ask for it, `*` standing for the name. */
  readonly ways: readonly string[];
}

const skill = (domain: string, intent: string, ways: string): Skill => ({
  domain,
  intent,
  ways: ways.split("|"),
});

/** Some are each other's opposite, and differ by one short word. */
const SKILLS: readonly Skill[] = [
  skill(
    "music",
    "play",
    "play *|put on *|start playing *|listen to *|i want to hear *|play me some *",
  ),
  skill(
    "home",
    "switch-on",
    "turn on the *|switch on *|switch the * on|power on *|light up the *|get the * on",
  ),
  skill(
    "home",
    "switch-off",
    "turn off the *|switch off *|switch the * off|power off *|shut off the *|get the * off",
  ),
  skill(
    "maps",
    "route",
    "take me to *|navigate to *|drive to *|directions to *|how do i get to *|find the way to *",
  ),
  skill("phone", "call", "call *|phone *|ring *|dial *|make a call to *|get * on the line"),
  skill("shop", "buy", "buy *|order *|purchase *|get me a *|add * to my cart|i would like a *"),
  skill("apps", "open", "open *|launch *|run *|bring up *|show me *|go to * app"),
  skill(
    "news",
    "read",
    "read me *|news about *|tell me about *|what happened with *|any news of *|latest on *",
  ),
];

const FIRST =
  "amber autumn basil bitter blue bright broken copper crystal crimson distant eastern electric emerald frozen gentle golden hidden hollow humble iron ivory little lonely lucky marble mellow midnight misty morning northern orange paper pepper perfect purple quiet rapid royal rusty sandy scarlet secret silver simple sleepy southern sugar summer thunder velvet violet western wicked winter wooden".split(
    " ",
  );
const SECOND =
  "anchor arrow balcony basket beacon bottle bridge candle canyon castle circle corner cottage cupboard curtain diamond dragon engine falcon feather fiddle forest fountain garden guitar hammer harbour island jacket kettle kitchen lantern ladder leopard library meadow mirror monkey mountain needle ocean orchard palace parrot pillow planet rabbit river rocket saddle shadow station stone stream table temple tiger tower valley village window".split(
    " ",
  );

const THIRD =
  "ballad brothers club company days express festival house line market night orchestra road show song story street theatre trail works".split(
    " ",
  );

/** Sounds that are taken for one another. */
const CONFUSED: readonly (readonly [string, string])[] = [
  ["ph", "f"],
  ["ck", "k"],
  ["er", "a"],
  ["ou", "ow"],
  ["ee", "ea"],
  ["th", "f"],
  ["c", "k"],
  ["s", "z"],
  ["b", "p"],
  ["d", "t"],
  ["g", "k"],
  ["m", "n"],
  ["v", "f"],
  ["i", "e"],
  ["o", "u"],
  ["l", "r"],
];

function withOneOf(text: string, edits: readonly string[], rng: Rng): string {
  const other = edits.filter((edit) => edit !== text);
  return other.length === 0 ? text : rng.pick(other);
}

/** One thing misheard or mistyped: a sound for another, a letter lost, two swapped, two words run together. */
function damaged(name: string, rng: Rng): string {
  const kind = rng.uniform();
  if (kind < 0.55) {
    const edits = CONFUSED.flatMap(([a, b]) => [name.replace(a, b), name.replace(b, a)]);
    return withOneOf(name, edits, rng);
  }
  const at = 1 + rng.int(Math.max(1, name.length - 2));
  if (kind < 0.75) return name.slice(0, at) + name.slice(at + 1);
  if (kind < 0.9)
    return name.slice(0, at) + (name[at + 1] ?? "") + (name[at] ?? "") + name.slice(at + 2);
  return name.replace(" ", "");
}

/** A request as it is worded, with what an interpreter makes of it. */
export interface Wording {
  readonly text: string;
  readonly interpretation: Interpretation;
}

/** How likely a wording is damaged, by its rank of `forms` from the worst: damage is why bad wordings are bad. */
const damageAt = (rank: number, forms: number): number => (rank < forms / 2 ? 0.7 : 0.1);

/** Ways to ask that the wordings of one intent use between them: people say it again much as they said it before. */
const WAYS_USED = 3;
/** A name is called by part of it alone. */
const SHORT_SHARE = 0.1;

/**
 * Something users ask for: a skill and a name, worded in `forms` ways, the worst first. `taken`: texts of others, which
 * are not used again.
 */
export function wordingsOf(forms: number, taken: Set<string>, rng: Rng): Wording[] {
  const { domain, intent, ways } = rng.pick(SKILLS);
  const third = rng.bernoulli(0.5) ? ` ${rng.pick(THIRD)}` : "";
  const name = `${rng.pick(FIRST)} ${rng.pick(SECOND)}${third}`;
  const used = rng.shuffle(ways).slice(0, WAYS_USED);
  return Array.from({ length: forms }, (_, rank): Wording => {
    const way = rng.pick(used);
    const called = rank < forms - 1 && rng.bernoulli(SHORT_SHARE) ? shortOf(name) : name;
    let heard = rng.bernoulli(damageAt(rank, forms)) ? damaged(called, rng) : called;
    for (let tries = 0; taken.has(way.replace("*", heard)); tries++)
      heard = damaged(tries < TRIES_MAX ? name : `${rng.pick(FIRST)} ${name}`, rng);
    const text = way.replace("*", heard);
    taken.add(text);
    const verb = way.replace("*", "").trim();
    return { text, interpretation: { domain, intent, slots: { name: heard, verb } } };
  });
}

/** Other damages that are tried before a name is lengthened, to find one that nobody has. */
const TRIES_MAX = 20;

const shortOf = (name: string): string => name.split(" ").slice(1).join(" ");

/** The text with one letter lost, for each letter that can be. */
export const typosOf = (text: string): string[] =>
  [...text].flatMap((letter, at) =>
    letter === " " || at === 0 ? [] : [text.slice(0, at) + text.slice(at + 1)],
  );

const POLITE = ["please ", "hey ", "um ", "ok "];

/** The same request as another user writes it: capitals, a full stop, a filler word. */
export function worded(text: string, rng: Rng): string {
  const kind = rng.uniform();
  if (kind < 0.7) return text;
  if (kind < 0.8) return `${(text[0] ?? "").toUpperCase()}${text.slice(1)}.`;
  if (kind < 0.9) return rng.pick(POLITE) + text;
  return `${text}!`;
}
