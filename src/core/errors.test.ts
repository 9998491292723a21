import { expect, test } from "vitest";
import { z } from "zod";
import { badInput, Problem, problemText, quoted } from "./errors.ts";

test("a problem reads as where, what was expected, what came, what to do", () => {
  const problem = new Problem("bad-input", "The label is not in the set", {
    at: { file: "x.jsonl", line: 17, field: "gold" },
    expected: "one of spam, ham",
    got: quoted("spma"),
    hint: "Correct the label or add it to the project.",
  });
  expect(problemText(problem)).toBe(
    'x.jsonl, line 17, field "gold": The label is not in the set. Expected one of spam, ham. ' +
      'Got "spma". Correct the label or add it to the project.',
  );
});

test("a failed parse names the field and what came", () => {
  const schema = z.strictObject({ votes: z.array(z.strictObject({ source: z.string() })) });
  const input = { votes: [{ source: 3 }] };
  const { error } = schema.safeParse(input);
  if (error === undefined) throw new Error("the input must not parse");
  const { detail } = badInput(error, input, { line: 2 });
  expect(detail).toMatchObject({
    expected: "string",
    got: "3",
    at: { line: 2, field: "votes.0.source" },
  });
});

test("a huge value is cut before it is quoted", () => {
  expect(quoted("x".repeat(10_000)).length).toBeLessThan(160);
});
