import { describe, expect, test } from "vitest";
import { z } from "zod";
import { manualClock } from "#core/clock.ts";
import type { Ctx, Progress, Proposer } from "#core/contracts.ts";
import { ItemId } from "#core/ids.ts";
import type { Item } from "#core/item.ts";
import { type Proposal, proposalOf } from "#core/proposal.ts";
import { rngOf } from "#core/rng.ts";

export const itemOf = (id: string, text: string, fields: Item["input"]["fields"] = {}): Item => ({
  id: ItemId.parse(id),
  input: { text, fields },
});

export const ctxOf = (over: Partial<Ctx> = {}): Ctx => ({
  rng: rngOf(7),
  clock: manualClock(0),
  signal: new AbortController().signal,
  progress: () => {},
  ...over,
});

export async function proposalsOf(
  proposer: Proposer<string>,
  items: readonly Item[],
  ctx: Ctx = ctxOf(),
): Promise<Proposal<string>[]> {
  const proposals: Proposal<string>[] = [];
  for await (const proposal of proposer.propose(items, ctx)) proposals.push(proposal);
  return proposals;
}

export interface ProposerCase {
  readonly name: string;
  readonly make: () => Proposer<string> | Promise<Proposer<string>>;
  readonly classes: readonly string[];
  readonly items: readonly Item[];
  /** What any proposer worth the name gets right, item by item. */
  readonly easy: readonly string[];
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}

/** What holds of every proposer. */
export function proposerSuite({ name, make, classes, items, easy }: ProposerCase): void {
  const schema = proposalOf(z.enum(classes));

  describe(`proposer ${name}`, () => {
    test("one proposal for each item, in order, each well-formed with a label of the set or none", async () => {
      const proposals = await proposalsOf(await make(), freeze([...items]));
      expect(proposals.map(({ itemId }) => itemId)).toEqual(items.map(({ id }) => id));
      for (const proposal of proposals) expect(schema.parse(proposal)).toEqual(proposal);
      expect(new Set(proposals.map(({ id }) => id)).size).toBe(items.length);
    });

    test("the easy ones are right", async () => {
      const proposals = await proposalsOf(await make(), items);
      expect(proposals.map(({ output }) => output)).toEqual(easy);
    });

    test("the same seed gives the same bytes", async () => {
      const once = await proposalsOf(await make(), items);
      const again = await proposalsOf(await make(), items);
      expect(JSON.stringify(again)).toBe(JSON.stringify(once));
    });

    test("no items, no proposals", async () => {
      expect(await proposalsOf(await make(), [])).toEqual([]);
    });

    test("it says how far it is, and ends at the end", async () => {
      const seen: Progress[] = [];
      await proposalsOf(
        await make(),
        items,
        ctxOf({ progress: (progress) => seen.push(progress) }),
      );
      expect(seen.at(-1)).toMatchObject({ done: items.length, total: items.length });
    });

    test("it stops when told to", async () => {
      const signal = AbortSignal.abort();
      await expect(proposalsOf(await make(), items, ctxOf({ signal }))).rejects.toThrow();
    });

    test("a source with kind and version stands on every proposal", async () => {
      const proposals = await proposalsOf(await make(), items);
      expect(new Set(proposals.map(({ source }) => JSON.stringify(source))).size).toBe(1);
      expect(proposals[0]?.source.version).not.toBe("");
    });
  });
}
