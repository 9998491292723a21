import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TaskKind } from "#core/task-kind.ts";

/** A task kind with what the laws are tried on. */
export interface TaskKindCase<O, Op, Schema> {
  readonly kind: TaskKind<O, Op, Schema>;
  readonly schema: Schema;
  /** Outputs that fit `schema`. Small enough that equal ones come up. */
  readonly outputs: fc.Arbitrary<O>;
  /** One that does not fit `schema`. */
  readonly misfit: O;
}

const SEED = 20_240_117;
const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** The laws of `core/task-kind.ts`, over every kind. */
export function taskKindSuite<O, Op, Schema>(subject: TaskKindCase<O, Op, Schema>): void {
  const { kind, schema, outputs } = subject;
  const maybe = fc.option(outputs, { nil: null });
  const law = <T>(name: string, property: fc.IProperty<T>) =>
    test(name, () => {
      fc.assert(property, { seed: SEED, numRuns: 200 });
    });

  describe(`task kind ${kind.id}`, () => {
    law(
      "distance is 0 exactly between equals, symmetric, and in [0, 1]",
      fc.property(maybe, maybe, (a, b) => {
        const distance = kind.distance(a, b);
        expect(distance).toBe(kind.distance(b, a));
        expect(distance).toBeGreaterThanOrEqual(0);
        expect(distance).toBeLessThanOrEqual(1);
        expect(distance === 0).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );

    law(
      "applying a difference gives the other output, and reversing it gives the first back",
      fc.property(maybe, maybe, (before, after) => {
        const operations = kind.diff(before, after);
        const applied = kind.apply(before, operations);
        expect(applied).toEqual(after);
        expect(kind.apply(applied, kind.reverse(operations))).toEqual(before);
        expect(kind.apply(before, kind.reverse(kind.reverse(operations)))).toEqual(after);
      }),
    );

    law(
      "differences chain",
      fc.property(maybe, maybe, maybe, (a, b, c) => {
        const operations = [...kind.diff(a, b), ...kind.diff(b, c)];
        expect(kind.apply(a, operations)).toEqual(c);
        expect(kind.apply(c, kind.reverse(operations))).toEqual(a);
      }),
    );

    law(
      "an edit has size 0 exactly when it changes nothing, and the same size undone",
      fc.property(maybe, maybe, (before, after) => {
        const operations = kind.diff(before, after);
        const size = kind.editSize(operations);
        expect(size === 0).toBe(kind.distance(before, after) === 0);
        expect(size).toBeGreaterThanOrEqual(0);
        expect(kind.editSize(kind.reverse(operations))).toBe(size);
      }),
    );

    law(
      "nothing that is handed in is changed",
      fc.property(maybe, maybe, (before, after) => {
        const copies = asJson([before, after]);
        const operations = kind.diff(before, after);
        const operationsCopy = asJson(operations);
        kind.apply(before, operations);
        kind.reverse(operations);
        expect(asJson([before, after])).toEqual(copies);
        expect(asJson(operations)).toEqual(operationsCopy);
      }),
    );

    law(
      "outputs and operations survive storage",
      fc.property(outputs, maybe, (output, before) => {
        expect(kind.output.parse(asJson(output))).toEqual(output);
        const operations = kind.diff(before, output);
        expect(asJson(operations).map((each) => kind.operation.parse(each))).toEqual(operations);
      }),
    );

    law(
      "severity is 0 for the right output and never negative",
      fc.property(maybe, outputs, (got, gold) => {
        expect(kind.severity(gold, gold, schema)).toBe(0);
        expect(kind.severity(got, gold, schema)).toBeGreaterThanOrEqual(0);
      }),
    );

    law(
      "outputs that fit the schema pass the check unchanged",
      fc.property(outputs, (output) => {
        expect(kind.check(output, schema)).toEqual({ ok: true, value: output });
      }),
    );

    test("a misfit is refused with what was expected and what came", () => {
      const checked = kind.check(subject.misfit, schema);
      expect(checked.ok).toBe(false);
      if (checked.ok) return;
      expect(checked.error.detail.expected).toBeTruthy();
      expect(checked.error.detail.got).toBeTruthy();
    });
  });
}
