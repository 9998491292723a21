import fc from "fast-check";
import { expect, test } from "vitest";
import { LabelSchema } from "#core/project.ts";
import { labelKind } from "./label.ts";
import { taskKindSuite } from "./task-kind.suite.ts";

const schema = LabelSchema.parse({
  classes: ["spam", "ham"],
  positive: "spam",
  severity: { ham: 5 },
});

taskKindSuite({
  kind: labelKind,
  schema,
  outputs: fc.constantFrom("spam", "ham"),
  misfit: "spma",
});

test("severity is stated per right class, 1 where it is not, abstentions included", () => {
  expect(labelKind.severity("spam", "ham", schema)).toBe(5);
  expect(labelKind.severity("ham", "spam", schema)).toBe(1);
  expect(labelKind.severity(null, "ham", schema)).toBe(5);
});

test("a label outside the set is named in the problem", () => {
  const checked = labelKind.check("spma", schema);
  expect(checked.ok).toBe(false);
  if (checked.ok) return;
  expect(checked.error.detail).toMatchObject({ expected: 'one of "spam", "ham"', got: '"spma"' });
});

test("an edit made to another label is a bug", () => {
  expect(() => labelKind.apply("ham", [{ kind: "set", from: "spam", to: "ham" }])).toThrow(
    'a label edit made to "spam" meets "ham"',
  );
});
