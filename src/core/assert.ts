/** A broken invariant: a bug in Emend, never the user's fault. */
export class AssertionFailure extends Error {
  override readonly name = "AssertionFailure";
}

/** Always on, in production too. `message` states what must hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(`expected: ${message}`);
}

/** For the end of a switch over a union: a compile error if a case is missing. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`no such case: ${JSON.stringify(value)}`);
}
