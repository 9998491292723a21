/**
 * A reviewer's browser on a bad line: sends are lost and tried again, acknowledgements too, and
 * order is nobody's.
 */
import type { Correction } from "#core/correction.ts";
import { CorrectionId } from "#core/ids.ts";
import type { Rng } from "#core/rng.ts";
import type { Channel } from "#loop/parts.ts";

const ARRIVES = 0.6;
const ACKNOWLEDGED = 0.7;
const CHANGES_MIND = 0.08;
const CHANGES_BACK = 0.25;

export interface FaultyChannel extends Channel<string> {
  /** Everything the reviewer ever sent, undo records included, in the order made. */
  readonly sent: readonly Correction<string>[];
  /** Deliveries of something that had arrived before. */
  readonly repeats: () => number;
}

export function faultyChannel(rng: Rng): FaultyChannel {
  const sent: Correction<string>[] = [];
  const arrived = new Set<string>();
  let outbox: Correction<string>[] = [];
  let repeats = 0;

  const make = (correction: Correction<string>) => {
    sent.push(correction);
    outbox.push(correction);
    return correction;
  };
  const undo = (correction: Correction<string>) =>
    make({
      ...correction,
      id: CorrectionId.parse(`undo-${correction.id}`),
      decision: "undone",
      undoes: correction.id,
    });
  const deliver = (batch: readonly Correction<string>[]) => {
    for (const { id } of batch) {
      if (arrived.has(id)) repeats += 1;
      arrived.add(id);
    }
    return batch;
  };

  return {
    sent,
    repeats: () => repeats,
    send(correction) {
      make(correction);
      if (rng.bernoulli(CHANGES_MIND)) {
        const undone = undo(correction);
        if (rng.bernoulli(CHANGES_BACK)) undo(undone);
      }
      const batch = rng.shuffle(outbox).filter(() => rng.bernoulli(ARRIVES));
      const acknowledged = new Set(batch.filter(() => rng.bernoulli(ACKNOWLEDGED)));
      outbox = outbox.filter((each) => !acknowledged.has(each));
      return deliver(batch);
    },
    flush() {
      const batch = rng.shuffle(outbox);
      outbox = [];
      return deliver(batch);
    },
  };
}
