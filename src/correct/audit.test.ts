import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { normalQuantile } from "#num/special.ts";
import { auditKey, auditPlace, draw, mixAudits } from "./audit.ts";

const rng = rngOf(4);
const N = 20_000;
const ids = Array.from({ length: N }, (_, index) => `mail-${index}`);
const slack = (p: number) => -normalQuantile(1e-10) * Math.sqrt(N * p * (1 - p));

test("accepted items are audited at the stated share and propensity, asked ones never", () => {
  const how = { rng, auditShare: 0.05, blindShare: 0 };
  const draws = ids.map((itemId) => draw({ itemId, route: "accept" }, how));
  const audits = draws.filter(({ audit }) => audit);
  expect(Math.abs(audits.length - N * 0.05)).toBeLessThan(slack(0.05));
  expect(new Set(audits.map(({ propensity }) => propensity))).toEqual(new Set([0.05]));
  for (const itemId of ids.slice(0, 500))
    expect(draw({ itemId, route: "ask" }, how)).toEqual({
      audit: false,
      propensity: 1,
      suggestionShown: true,
    });
});

test("a share is shown blind, independently of the audits", () => {
  const how = { rng, auditShare: 0.5, blindShare: 0.2 };
  const draws = ids.map((itemId) => draw({ itemId, route: "accept" }, how));
  const blind = draws.filter(({ suggestionShown }) => !suggestionShown);
  expect(Math.abs(blind.length - N * 0.2)).toBeLessThan(slack(0.2));
  const both = blind.filter(({ audit }) => audit);
  expect(Math.abs(both.length - N * 0.1)).toBeLessThan(slack(0.1));
});

test("a draw is the same again, and another under another seed", () => {
  const how = { auditShare: 0.5, blindShare: 0.5 };
  const drawn = (seed: number) =>
    ids
      .slice(0, 100)
      .map((itemId) => draw({ itemId, route: "accept" }, { ...how, rng: rngOf(seed) }));
  expect(drawn(1)).toEqual(drawn(1));
  expect(drawn(1)).not.toEqual(drawn(2));
});

test("shares of 0 and 1 leave nothing to chance", () => {
  for (const itemId of ids.slice(0, 200)) {
    const none = draw({ itemId, route: "accept" }, { rng, auditShare: 0, blindShare: 1 });
    expect(none).toEqual({ audit: false, propensity: 1, suggestionShown: false });
    expect(draw({ itemId, route: "accept" }, { rng, auditShare: 1, blindShare: 0 }).audit).toBe(
      true,
    );
  }
});

test("audits lie spread over the queue, and the asked keep their order", () => {
  const asked = ids.slice(0, 1_000).map((id) => ({ id }));
  const audits = ids.slice(1_000, 3_000).map((id) => ({ id }));
  const mixed = mixAudits(asked, audits, rng);
  const isAudit = new Set(audits.map(({ id }) => id));
  expect(mixed.filter(({ id }) => !isAudit.has(id))).toEqual(asked);
  expect(mixed.length).toBe(3_000);
  const inFirstHalf = mixed.slice(0, 1_500).filter(({ id }) => isAudit.has(id)).length;
  expect(Math.abs(inFirstHalf - 1_000)).toBeLessThan(-normalQuantile(1e-10) * Math.sqrt(500));
});

test("an audit's key puts it behind its share of the asked", () => {
  const keys = [9, 7, 5, 3];
  expect([0, 0.3, 0.5, 0.99].map((place) => auditKey(place, keys))).toEqual([9, 7, 5, 3]);
  expect(auditKey(0.25, [])).toBe(0.75);
  expect(auditPlace("mail-1", rng)).toBe(auditPlace("mail-1", rng));
});

test("a share that is no probability is a bug", () => {
  expect(() =>
    draw({ itemId: "a", route: "accept" }, { rng, auditShare: 1.5, blindShare: 0 }),
  ).toThrow("the audit share is a probability");
});
