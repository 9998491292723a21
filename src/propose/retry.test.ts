import fc from "fast-check";
import { expect, test } from "vitest";
import { err, ok } from "#core/result.ts";
import { rngOf } from "#core/rng.ts";
import { withRetries } from "./retry.ts";

const POLICY = { attempts: 5, firstWaitMs: 100, waitMsMax: 1_000, askedWaitMsMax: 5_000 };

function context(seed: number, waits: number[], signal = new AbortController().signal) {
  const sleep = async (ms: number) => {
    waits.push(ms);
  };
  return { rng: rngOf(seed), signal, sleep };
}

test("it tries no more often than it may, and waits between: at least what was asked, at most the bound", () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.nat(8),
      fc.array(fc.nat(5_000), { minLength: 8, maxLength: 8 }),
      async (seed, failures, asked) => {
        const waits: number[] = [];
        let tried = 0;
        const result = await withRetries(
          async (number) => {
            expect(number).toBe(++tried);
            return number > failures
              ? ok("done")
              : err({ reason: "no", again: true, waitMs: asked[number - 1] });
          },
          POLICY,
          context(seed, waits),
        );
        expect(result.ok).toBe(failures < POLICY.attempts);
        expect(tried).toBe(Math.min(failures + 1, POLICY.attempts));
        expect(waits).toHaveLength(tried - 1);
        for (const [i, wait] of waits.entries()) {
          const bound = Math.min(POLICY.waitMsMax, POLICY.firstWaitMs * 2 ** i);
          expect(wait).toBeGreaterThanOrEqual(Math.max(bound / 2, asked[i] ?? 0));
          expect(wait).toBeLessThanOrEqual(Math.max(bound, asked[i] ?? 0));
        }
      },
    ),
    { seed: 7, numRuns: 100 },
  ));

test("what cannot work later is not tried again; a wait too long is a failure that says so", async () => {
  const waits: number[] = [];
  const never = await withRetries(
    async () => err({ reason: "Wrong key.", again: false }),
    POLICY,
    context(1, waits),
  );
  expect(never).toEqual({
    ok: false,
    error: { kind: "gave-up", reason: "Wrong key.", attempts: 1 },
  });
  const long = await withRetries(
    async () => err({ reason: "Busy.", again: true, waitMs: 60_000 }),
    POLICY,
    context(1, waits),
  );
  expect(long.ok ? "" : long.error.reason).toBe("Busy. It asked to be left alone for 60 s.");
  expect(waits).toEqual([]);
});

test("the same seed waits the same, two seeds do not come back together", async () => {
  const run = async (seed: number) => {
    const waits: number[] = [];
    await withRetries(async () => err({ reason: "no", again: true }), POLICY, context(seed, waits));
    return waits;
  };
  expect(await run(1)).toEqual(await run(1));
  expect(await run(1)).not.toEqual(await run(2));
});

test("told to stop, it makes no attempt", async () => {
  let tried = 0;
  const run = withRetries(
    async () => {
      tried++;
      return ok(1);
    },
    POLICY,
    context(1, [], AbortSignal.abort()),
  );
  await expect(run).rejects.toThrow();
  expect(tried).toBe(0);
});
