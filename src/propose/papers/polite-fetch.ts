/**
 * One connection to a public service that asks to be used with care: requests go out one after the other, with a gap,
 * are tried again where that may help, and wait as long as the service says.
 */
import type { Clock } from "#core/clock.ts";
import { Problem, quoted } from "#core/errors.ts";
import { err, ok, type Result } from "#core/result.ts";
import type { Rng } from "#core/rng.ts";
import { retryAfterMs } from "#propose/llm-client.ts";
import { type AttemptFailure, type RetryPolicy, withRetries } from "#propose/retry.ts";

/** What the world outside is reached with; tests pass their own. */
export interface Network {
  readonly fetch: (
    url: string,
    init: { readonly signal: AbortSignal; readonly headers: Readonly<Record<string, string>> },
  ) => Promise<Response>;
  readonly clock: Clock;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Of the waits between attempts. */
  readonly rng: Rng;
}

export interface Politeness {
  /** From the start of one request to the start of the next, milliseconds. */
  readonly gapMs: number;
  /** One attempt, milliseconds. */
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  /** Of one answer. */
  readonly bytesMax: number;
}

export const POLITE: Politeness = {
  gapMs: 0,
  timeoutMs: 30_000,
  retry: { attempts: 4, firstWaitMs: 1_000, waitMsMax: 30_000, askedWaitMsMax: 120_000 },
  bytesMax: 64 * 1024 * 1024,
};

export interface Connection {
  /**
   * The text at an address. `isWhole` tells a whole answer from one that was cut off, which is asked for again.
   *
   * @throws Problem `not-found`, `bad-input` (the service refused the request), `unavailable`, `too-large`, `cancelled`.
   */
  text(url: string, isWhole: (text: string) => boolean, signal: AbortSignal): Promise<string>;
}

const USER_AGENT = "emend (literature import)";
const BODY_SHOWN_CHARS = 200;

export function connectionOf(network: Network, politeness: Politeness = POLITE): Connection {
  let last: Promise<unknown> = Promise.resolve();
  let startedMs = Number.NEGATIVE_INFINITY;
  let requests = 0;

  async function attempt(
    url: string,
    isWhole: (text: string) => boolean,
    signal: AbortSignal,
  ): Promise<Result<string, AttemptFailure>> {
    const waitMs = startedMs + politeness.gapMs - network.clock.nowMs();
    if (waitMs > 0) await network.sleep(waitMs, signal);
    signal.throwIfAborted();
    startedMs = network.clock.nowMs();
    try {
      const response = await network.fetch(url, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(politeness.timeoutMs)]),
        headers: { "user-agent": USER_AGENT },
      });
      if (!response.ok) return err(await refusalOf(response, url, network.clock.nowMs()));
      const text = await bodyOf(response, politeness.bytesMax);
      return isWhole(text) ? ok(text) : err({ reason: "The answer was cut off.", again: true });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Problem) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      return err({ reason: `The service does not answer (${reason}).`, again: true });
    }
  }

  async function request(
    url: string,
    isWhole: (text: string) => boolean,
    signal: AbortSignal,
  ): Promise<string> {
    const result = await withRetries(() => attempt(url, isWhole, signal), politeness.retry, {
      rng: network.rng.split(requests++),
      signal,
      sleep: network.sleep,
    });
    if (result.ok) return result.value.value;
    throw new Problem("unavailable", "The papers could not be fetched", {
      got: result.error.reason,
      hint: `Tried ${result.error.attempts} times. What is already here stays usable.`,
    });
  }

  return {
    async text(url, isWhole, signal) {
      // One after the other: a failure of the one before is its own caller's.
      const own = last.then(() => request(url, isWhole, signal));
      last = own.catch(() => undefined);
      try {
        return await own;
      } catch (error) {
        if (signal.aborted && !(error instanceof Problem))
          throw new Problem("cancelled", "Fetching papers was cancelled");
        throw error;
      }
    },
  };
}

/** Why an answer is none. What no waiting mends is thrown. */
async function refusalOf(response: Response, url: string, nowMs: number): Promise<AttemptFailure> {
  const { status } = response;
  const said = (await response.text().catch(() => "")).slice(0, BODY_SHOWN_CHARS);
  const got = `${status} ${quoted(said)}`;
  if (status === 404 || status === 410)
    throw new Problem("not-found", "The service does not know this", { got: `${got} for ${url}` });
  if (status !== 408 && status !== 429 && status < 500)
    throw new Problem("bad-input", "The service refused the request", { got: `${got} for ${url}` });
  return {
    reason: `The service answered ${got}.`,
    again: true,
    waitMs: retryAfterMs(response.headers.get("retry-after") ?? undefined, nowMs),
  };
}

async function bodyOf(response: Response, bytesMax: number): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > bytesMax) {
      await reader.cancel();
      throw new Problem("too-large", "The answer is too large", {
        expected: `at most ${bytesMax.toLocaleString("en")} bytes`,
      });
    }
    text += decoder.decode(value, { stream: true });
  }
}
