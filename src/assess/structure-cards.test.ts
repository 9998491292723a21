import { expect, test } from "vitest";
import { linkCards, siblingCards } from "./structure-cards.ts";

const shape = {
  categories: [
    { id: "sail", text: "vessels moved by wind", parent: -1 },
    { id: "oar", text: "vessels moved by oars", parent: -1 },
    { id: "wrong", text: "moved by oars of eight rowers", parent: 0 },
    { id: "right", text: "moved by wind in two masts", parent: 0 },
    { id: "steam", text: "engines and coal", parent: -1 },
  ],
  studies: [{ text: "a" }, { text: "b" }],
  proposed: Uint8Array.of(1, 1, 0, 0, 0, 1, 0, 0, 0, 0),
};

test("the link whose words are more like another aspect comes first, and names it", () => {
  const [first, second] = linkCards(shape);
  expect(first).toMatchObject({ category: "wrong", parent: "sail", rather: "oar" });
  expect(first?.doubt).toBeGreaterThan(0);
  expect(second).toMatchObject({ category: "right", rather: null });
  expect(second?.doubt).toBeLessThan(0);
});

test("of siblings the two most alike are doubted, and the one that holds less is named", () => {
  const cards = siblingCards(shape);
  expect(cards.find(({ parent }) => parent === null)).toMatchObject({
    children: ["sail", "oar", "steam"],
    odd: "oar",
  });
  expect(cards.map(({ parent }) => parent)).toContain("sail");
});

test("an only child and an empty tree ask nothing", () => {
  const alone = {
    ...shape,
    categories: shape.categories.slice(0, 1),
    proposed: Uint8Array.of(1, 1),
  };
  expect(siblingCards(alone)).toEqual([]);
  expect(linkCards(alone)).toEqual([]);
  expect(linkCards({ categories: [], studies: [], proposed: new Uint8Array() })).toEqual([]);
});
