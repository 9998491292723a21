/** What every assessor must hold to, whatever it is made of. Run it over each implementation. */
import { describe, expect, test } from "vitest";
import type { Assessor, Ctx } from "#core/contracts.ts";
import type { Item } from "#core/item.ts";
import type { Proposal } from "#core/proposal.ts";
import { rngOf } from "#core/rng.ts";

export interface AssessorCase {
  readonly assessor: Assessor<string>;
  /** At least two, one of them an abstention; `items[k]` is what `proposals[k]` is about. */
  readonly proposals: readonly Proposal<string>[];
  readonly items: readonly Item[];
  readonly classes: readonly string[];
}

const ctx = (): Ctx => ({
  rng: rngOf(7),
  clock: { nowMs: () => 0 },
  signal: new AbortController().signal,
  progress: () => {},
});

export function assessorSuite(name: string, make: () => Promise<AssessorCase>): void {
  describe(`${name} keeps the assessor contract`, () => {
    test("one assessment for each proposal, in order", async () => {
      const { assessor, proposals, items } = await make();
      const assessments = await assessor.assess(proposals, items, ctx());
      expect(assessments.map((a) => a.proposalId)).toEqual(proposals.map((p) => p.id));
      expect(assessments.map((a) => a.itemId)).toEqual(items.map((i) => i.id));
    });

    test("risk is a probability, and null exactly where nothing was proposed", async () => {
      const { assessor, proposals, items } = await make();
      const assessments = await assessor.assess(proposals, items, ctx());
      expect(proposals.some((p) => p.output === null)).toBe(true);
      for (const [k, { risk }] of assessments.entries())
        if (proposals[k]?.output === null) expect(risk).toBeNull();
        else {
          expect(risk).toBeGreaterThanOrEqual(0);
          expect(risk).toBeLessThanOrEqual(1);
        }
    });

    test("an abstention is never accepted", async () => {
      const { assessor, proposals, items } = await make();
      const assessments = await assessor.assess(proposals, items, ctx());
      for (const { risk, route } of assessments)
        if (risk === null) expect(route).not.toBe("accept");
    });

    test("suggestions are of the label set, with a probability; reasons are sentences", async () => {
      const { assessor, proposals, items, classes } = await make();
      for (const { suggestion, reasons } of await assessor.assess(proposals, items, ctx())) {
        expect(reasons.length).toBeGreaterThan(0);
        for (const { text } of reasons) expect(text).toMatch(/\S.*[.!?]$/s);
        if (suggestion === undefined) continue;
        expect(classes).toContain(suggestion.output);
        expect(suggestion.probability).toBeGreaterThan(0);
        expect(suggestion.probability).toBeLessThanOrEqual(1);
      }
    });

    test("same input and seed, same bytes", async () => {
      const { assessor, proposals, items } = await make();
      const first = await assessor.assess(proposals, items, ctx());
      const second = await assessor.assess(proposals, items, ctx());
      expect(JSON.stringify(second)).toBe(JSON.stringify(first));
    });

    test("an assessment does not depend on what it is batched with", async () => {
      const { assessor, proposals, items } = await make();
      const together = await assessor.assess(proposals, items, ctx());
      for (const [k, proposal] of proposals.entries()) {
        const item = items[k] as Item;
        expect(await assessor.assess([proposal], [item], ctx())).toEqual([together[k]]);
      }
    });

    test("its input is left as it was", async () => {
      const { assessor, proposals, items } = await make();
      const before = JSON.stringify({ proposals, items });
      await assessor.assess(proposals, items, ctx());
      expect(JSON.stringify({ proposals, items })).toBe(before);
    });

    test("nothing in, nothing out", async () => {
      const { assessor } = await make();
      expect(await assessor.assess([], [], ctx())).toEqual([]);
    });
  });
}
