import { expect, test } from "vitest";
import { ItemId } from "#core/ids.ts";
import { proposalId } from "./proposal-id.ts";

test("an id tells item and source; long ones stay within the limit and apart", () => {
  expect(proposalId(ItemId.parse("m1"), "rules")).toBe("m1#rules");
  const long = (end: string) => ItemId.parse("x".repeat(199) + end);
  const [a, b] = [proposalId(long("a"), "rules"), proposalId(long("b"), "rules")];
  expect(a.length).toBeLessThanOrEqual(200);
  expect(a).not.toBe(b);
  expect(proposalId(long("a"), "rules")).toBe(a);
});
