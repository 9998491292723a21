/** What was counted, as a graph that can be kept and looked at around one request. */
import { z } from "zod";
import { Problem, quoted } from "#core/errors.ts";
import type { RewriteGraph } from "#core/rewrite.ts";
import { absorbingChain, endsWell } from "#num/absorbing-chain.ts";
import type { Counts } from "./counts.ts";
import { type SessionLog, wordingOf } from "./log.ts";
import type { Surfaces } from "./surfaces.ts";

const Node = z.strictObject({
  key: z.string(),
  locale: z.string(),
  /** As it is mostly worded. */
  text: z.string(),
  /** Keys of the texts that mean it. */
  says: z.array(z.string()),
  /** After decay, and capped for each user. */
  visits: z.number(),
  /** Visits that ended here, well and not. */
  successes: z.number(),
  failures: z.number(),
  users: z.int(),
  /** Probability that whoever says it ends in success, here or after going on. */
  endsWell: z.number().min(0).max(1),
});
type Node = z.infer<typeof Node>;

/** Requests that enough users said, and the ways between them. */
export const MinedGraph = z.strictObject({
  nodes: z.array(Node),
  /** From and to as places in `nodes`. */
  edges: z.array(z.strictObject({ from: z.int(), to: z.int(), count: z.number(), users: z.int() })),
});
export type MinedGraph = z.infer<typeof MinedGraph>;

/** @param about `known`: [states] 1 for those to be in it; `users`: [states]. */
export function graphOf(
  log: SessionLog,
  counts: Counts,
  about: { readonly known: Uint8Array; readonly users: Uint32Array; readonly surfaces: Surfaces },
): MinedGraph {
  const { known, users, surfaces } = about;
  const ends = endsWell(absorbingChain(counts));
  const place = new Int32Array(counts.states).fill(-1);
  const nodes: Node[] = [];
  log.states.forEach(({ key, locale }, i) => {
    if (known[i] !== 1) return;
    const said = log.said[surfaces.to(i) ?? -1];
    place[i] = nodes.length;
    nodes.push({
      key,
      locale,
      text: said === undefined ? key : wordingOf(said),
      says: surfaces.from(i).flatMap((text) => log.said[text]?.key ?? []),
      visits: counts.visits[i] as number,
      successes: counts.success[i] as number,
      failures: counts.failure[i] as number,
      users: users[i] as number,
      endsWell: Math.min(1, ends[i] as number),
    });
  });
  const edges: MinedGraph["edges"] = [];
  for (let i = 0; i < counts.states; i++) {
    if (known[i] !== 1) continue;
    for (let e = counts.start[i] as number; e < (counts.start[i + 1] as number); e++) {
      const to = place[counts.to[e] as number] as number;
      if (to < 0) continue;
      const [count, by] = [counts.count[e] as number, counts.moveUsers[e] as number];
      edges.push({ from: place[i] as number, to, count, users: by });
    }
  }
  return { nodes, edges };
}

/** Places of nodes by what is said for them, and where each one's edges begin: edges are in the order of their nodes. */
interface Index {
  readonly places: ReadonlyMap<string, number>;
  readonly start: Uint32Array;
}

const indexes = new WeakMap<MinedGraph, Index>();

function indexOf(graph: MinedGraph): Index {
  const known = indexes.get(graph);
  if (known !== undefined) return known;
  const places = new Map<string, number>();
  graph.nodes.forEach(({ key, locale, says }, at) => {
    for (const name of [...says, key])
      for (const full of [name, `${locale}\n${name}`]) if (!places.has(full)) places.set(full, at);
  });
  const start = new Uint32Array(graph.nodes.length + 1);
  for (const { from } of graph.edges) start[from + 1] = (start[from + 1] as number) + 1;
  for (let i = 0; i < graph.nodes.length; i++)
    start[i + 1] = (start[i + 1] as number) + (start[i] as number);
  const index = { places, start };
  indexes.set(graph, index);
  return index;
}

/** Stands for all that fewer users said than may be shown. */
const FEW = "…";

/**
 * Where users went from one request, given by its key. Throws `not-found` where it is not in the graph.
 */
export function egoGraph(graph: MinedGraph, key: string, locale?: string): RewriteGraph {
  const { places, start } = indexOf(graph);
  const at = places.get(locale === undefined ? key : `${locale}\n${key}`);
  const node = graph.nodes[at ?? -1];
  if (at === undefined || node === undefined)
    throw new Problem("not-found", "Nobody said this, or too few", {
      expected: "the key of a request in the graph",
      got: quoted(key),
    });
  const edges = graph.edges
    .slice(start[at], start[at + 1])
    .map(({ to, count }) => ({ to: graph.nodes[to]?.text ?? "", count }));
  const told = edges.reduce((sum, { count }) => sum + count, 0);
  const { text, visits, successes, failures } = node;
  const few = visits - successes - failures - told;
  return {
    node: text,
    edges: [...edges, ...(few > 1e-9 ? [{ to: FEW, count: few }] : [])].sort(
      (a, b) => b.count - a.count,
    ),
    absorption: { success: successes, failure: failures },
  };
}
