import { expect, test } from "vitest";
import { csvOf } from "./csv.ts";

test("cells are quoted where they must be, and absent values are empty", () => {
  expect(
    csvOf(
      ["x", "label"],
      [
        [0.5, 'say "ham", then go'],
        [null, "a\nb"],
        [1, undefined],
      ],
    ),
  ).toBe('x,label\r\n0.5,"say ""ham"", then go"\r\n,"a\nb"\r\n1,\r\n');
});
