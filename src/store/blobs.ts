/** Bytes by their SHA-256: in a folder, or in the database where no folder is given. */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Sql } from "./sql.ts";
import type { Store } from "./store.ts";

export interface Blobs extends Pick<Store, "putBlob" | "blob"> {
  /** Of all blobs, for a backup. */
  blobHashes(): Promise<string[]>;
}

export const hashOf = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

const HASH = /^[0-9a-f]{64}$/;

export function folderBlobs(folder: string): Blobs {
  // Two levels: a folder of a million files is slow to list.
  const pathOf = (hash: string) => join(folder, hash.slice(0, 2), hash.slice(2));
  return {
    async putBlob(bytes) {
      const hash = hashOf(bytes);
      const path = pathOf(hash);
      if ((await stat(path).catch(() => undefined)) !== undefined) return hash;
      await mkdir(join(folder, hash.slice(0, 2)), { recursive: true });
      const draft = `${path}.${randomUUID()}`;
      const file = await open(draft, "w");
      await file.writeFile(bytes);
      await file.sync();
      await file.close();
      // Whole or not at all: nobody ever sees half a blob.
      await rename(draft, path);
      return hash;
    },
    async blob(hash) {
      if (!HASH.test(hash)) return undefined;
      return await readFile(pathOf(hash)).catch(() => undefined);
    },
    async blobHashes() {
      const paths = await readdir(folder, { recursive: true }).catch(() => []);
      return paths
        .map((path) => path.replaceAll(sep, ""))
        .filter((hash) => HASH.test(hash))
        .sort();
    },
  };
}

export function databaseBlobs(sql: Sql): Blobs {
  return {
    async putBlob(bytes) {
      const hash = hashOf(bytes);
      await sql.query("insert into blobs(hash, bytes) values ($1, $2) on conflict do nothing", [
        hash,
        bytes,
      ]);
      return hash;
    },
    async blob(hash) {
      const [row] = await sql.query<{ bytes: Uint8Array }>(
        "select bytes from blobs where hash = $1",
        [hash],
      );
      return row?.bytes;
    },
    async blobHashes() {
      const rows = await sql.query<{ hash: string }>("select hash from blobs order by hash");
      return rows.map(({ hash }) => hash);
    },
  };
}
