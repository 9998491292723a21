/** Writes answers to the retrieval memory, one after another, once their reviewer was answered. */
import { setTimeout as pause } from "node:timers/promises";
import type { Correction } from "#core/correction.ts";
import type { ProjectId } from "#core/ids.ts";
import type { Document } from "#core/item.ts";
import type { CorrectionIndex, Remembered } from "#learn/memory.ts";
import type { ItemRow } from "#store/store.ts";
import { type Host, perStore } from "./host.ts";
import { itemOf } from "./lookups.ts";

/** Answers kept waiting while the computing thread fits; those beyond are not remembered. */
const WAITING_MAX = 256;
/** Before the first of them is looked at, so that the response to it has gone out. */
const RESPONSE_MS = 50;
/** Of the items shown last: an answer comes soon after its case was looked up. */
const VECTORS_MAX = 64;

interface Waiting extends Remembered {
  readonly projectId: ProjectId;
}

interface Queue {
  readonly waiting: Waiting[];
  working: Promise<void> | undefined;
}

const queueOf = perStore((): Queue => ({ waiting: [], working: undefined }));
const vectorsOf = perStore(() => new Map<string, Promise<Float32Array>>());

/** Where a project's remembered answers are kept. */
export const indexOf = ({ store }: Pick<Host, "store">, id: ProjectId): CorrectionIndex => ({
  remember: (rows) => store.remember(id, [...rows]),
  recall: (vector, count) => store.recall(id, vector, count),
});

/**
 * Queues an answer and returns at once. A failure is logged and costs nothing but the memory; so does the end of the
 * process: what waited then is not taken up at the next start.
 */
export function rememberLater(
  host: Host,
  projectId: ProjectId,
  { id: correctionId, itemId, after }: Correction<string>,
): void {
  if (after === null) return;
  const queue = queueOf(host);
  if (queue.waiting.length >= WAITING_MAX) {
    host.log.warn({ projectId, correctionId }, "answer not remembered: too many wait");
    return;
  }
  queue.waiting.push({ projectId, correctionId, itemId, label: after });
  queue.working ??= work(host, queue);
}

/** Drops what still waits and ends with the answer in hand; before the store is closed. */
export async function stopRemembering(host: Host): Promise<void> {
  const { waiting, working } = queueOf(host);
  waiting.length = 0;
  await working;
}

async function work(host: Host, queue: Queue): Promise<void> {
  await pause(RESPONSE_MS);
  for (let next = queue.waiting.shift(); next !== undefined; next = queue.waiting.shift()) {
    const { projectId, ...row } = next;
    try {
      const item = await itemOf(host, projectId, row.itemId);
      const vector = await vectorOf(host, projectId, item);
      await indexOf(host, projectId).remember([{ ...row, vector }]);
    } catch (err) {
      host.log.warn({ err, projectId, correctionId: row.correctionId }, "answer not remembered");
    }
  }
  queue.working = undefined;
}

/** The embedding of an item's text. */
export function vectorOf(
  host: Host,
  projectId: ProjectId,
  { id, input }: ItemRow,
): Promise<Float32Array> {
  const vectors = vectorsOf(host);
  const key = `${projectId}/${id}`;
  const vector = vectors.get(key) ?? embedded(host, input);
  // Taken out first: the map then lists items by when they were last asked for.
  vectors.delete(key);
  vectors.set(key, vector);
  vector.catch(() => vectors.delete(key));
  for (const oldest of vectors.keys()) if (vectors.size > VECTORS_MAX) vectors.delete(oldest);
  return vector;
}

/** Subject and text: of the other fields, most name a machine and none says what it is about. */
async function embedded({ compute }: Host, { text, fields }: Document): Promise<Float32Array> {
  const [vector] = await compute.embed([`${fields.subject ?? ""}\n${text}`.trim()]);
  if (vector === undefined) throw new Error("a text has an embedding");
  return vector;
}
