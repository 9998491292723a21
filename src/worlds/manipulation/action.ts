import { Problem } from "#core/errors.ts";

/** Throws a `bad-input` problem unless `action` has a finite number for each of `names`. */
export function checkAction(action: ArrayLike<number>, names: readonly string[]): void {
  if (action.length !== names.length)
    throw new Problem("bad-input", "An action has another length than the world's", {
      expected: `${names.length} numbers: ${names.join(", ")}`,
      got: `${action.length}`,
      at: { field: "action" },
    });
  for (let i = 0; i < names.length; i++)
    if (!Number.isFinite(action[i]))
      throw new Problem("bad-input", `The action along "${names[i]}" is not a number`, {
        expected: "a number in [-1, 1]",
        got: String(action[i]),
        at: { field: `action.${i}` },
      });
}

export const clipUnit = (value: number): number => Math.min(1, Math.max(-1, value));
