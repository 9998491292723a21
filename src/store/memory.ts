/**
 * Remembered corrections: nearest by cosine, by pgvector where the database has it, else by an
 * exact scan here.
 */
import { z } from "zod";
import { assert } from "#core/assert.ts";
import { CorrectionId, ItemId } from "#core/ids.ts";
import type { Db } from "./db.ts";
import type { Sql } from "./sql.ts";
import type { Store } from "./store.ts";

/** Whether pgvector can be used; installs it where it is packaged and allowed. */
export async function enableVectors(sql: Sql): Promise<boolean> {
  const [found] = await sql.query("select 1 from pg_available_extensions where name = 'vector'");
  if (found === undefined) return false;
  try {
    await sql.exec("create extension if not exists vector");
    return true;
  } catch {
    return false; // Not allowed to install it, which takes a superuser on some servers.
  }
}

const Neighbour = z
  .object({
    correction_id: CorrectionId,
    item_id: ItemId,
    label: z.string(),
    distance: z.number(),
  })
  .transform(({ correction_id, item_id, label, distance }) => ({
    correctionId: correction_id,
    itemId: item_id,
    label,
    distance,
  }));

/** Not those that were revoked, or that no longer stand as their item's answer. */
const IN_FORCE = `m.project_no = $1 and array_length(m.vector, 1) = $2 and not exists (
  select 1 from corrections c join cases k on k.project_no = c.project_no and k.item_id = c.item_id
  where c.project_no = m.project_no and c.id = m.correction_id
    and (c.revoked or k.answer_id is distinct from c.id))`;

/**
 * `array_send` of a one-dimensional array: five header words, then length and bits of each
 * element, big-endian.
 */
const HEADER_BYTES = 20;
const ELEMENT_BYTES = 8;

/** Cosine distance, 1 − a·b / (|a| |b|), in [0, 2]; like pgvector's, NaN for a zero vector. */
function cosineDistance(a: Float32Array, sent: Uint8Array): number {
  const view = new DataView(sent.buffer, sent.byteOffset, sent.byteLength);
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let k = 0; k < a.length; k++) {
    const x = a[k] ?? 0;
    const y = view.getFloat32(HEADER_BYTES + ELEMENT_BYTES * k + 4);
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return 1 - dot / Math.sqrt(aa * bb);
}

interface Sent {
  readonly correction_id: string;
  readonly item_id: string;
  readonly label: string;
  readonly sent: Uint8Array;
}

export function memoryStore(db: Db, vectors: boolean): Pick<Store, "remember" | "recall"> {
  return {
    async remember(id, rows) {
      const no = await db.projectNo(id);
      await db.sql.transaction(async (tx) => {
        for (const { correctionId, itemId, label, vector } of rows) {
          assert(vector.every(Number.isFinite), "embeddings are finite");
          await tx.query(
            `insert into memories(project_no, correction_id, item_id, label, vector)
             values ($1, $2, $3, $4, $5::real[])
             on conflict (project_no, correction_id)
               do update set label = excluded.label, vector = excluded.vector`,
            [no, correctionId, itemId, label, Array.from(vector)],
          );
        }
      });
    },
    async recall(id, vector, count) {
      const no = await db.projectNo(id);
      if (vectors) {
        const rows = await db.sql.query(
          `select m.correction_id, m.item_id, m.label,
             m.vector::vector <=> $3::real[]::vector as distance
           from memories m where ${IN_FORCE} order by distance, m.correction_id limit $4`,
          [no, vector.length, Array.from(vector), count],
        );
        return rows.map((row) => Neighbour.parse(row));
      }
      const rows = await db.sql.query<Sent>(
        `select m.correction_id, m.item_id, m.label, array_send(m.vector) as sent
         from memories m where ${IN_FORCE} order by m.correction_id`,
        [no, vector.length],
      );
      return rows
        .map(({ sent, ...row }) => ({ ...row, distance: cosineDistance(vector, sent) }))
        .sort((a, b) => a.distance - b.distance)
        .slice(0, count)
        .map((row) => Neighbour.parse(row));
    },
  };
}
