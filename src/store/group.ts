/**
 * Group commit: what arrives while one batch is on its way to disk goes together in the next.
 * Eight reviewers then wait for one flush, not for eight in a row.
 */
const BATCH_MAX = 256;

interface Waiting<In, Out> {
  readonly input: In;
  readonly resolve: (out: Out) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * `run` answers one result per input, in order, or throws for the whole batch, which is then
 * taken one by one.
 */
export function grouped<In, Out>(
  run: (batch: readonly In[]) => Promise<readonly Out[]>,
): (input: In) => Promise<Out> {
  let waiting: Waiting<In, Out>[] = [];
  let running = false;

  async function attempt(batch: readonly Waiting<In, Out>[]): Promise<void> {
    try {
      const results = await run(batch.map(({ input }) => input));
      for (const [k, { resolve, reject }] of batch.entries()) {
        const result = results[k];
        if (result === undefined) reject(new Error("a batch answers each of its inputs"));
        else resolve(result);
      }
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const one of batch) await attempt([one]);
    }
  }

  async function drain(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_MAX);
      waiting = waiting.slice(BATCH_MAX);
      await attempt(batch);
    }
    running = false;
  }

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      // The next turn of the event loop: requests that came in together leave together.
      if (!running) {
        running = true;
        setImmediate(drain);
      }
    });
}
