import type { Connection, Submittable } from "pg";

/** Bytes handed to the socket at a time. */
const CHUNK_CHARS = 1 << 16;

/** What the client's connection can do beside what its types say. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/**
 * `COPY … FROM STDIN` on a `pg` client: a query object that answers the server's copy-in response
 * with rows.
 * The messages it has no use for are the empty methods the client calls on whatever query is
 * active.
 */
export class CopyIn implements Submittable {
  readonly finished: Promise<void>;
  private resolve: () => void = () => undefined;
  private reject: (error: Error) => void = () => undefined;
  private readonly text: string;
  private readonly rows: readonly string[];

  constructor(text: string, rows: readonly string[]) {
    this.text = text;
    this.rows = rows;
    this.finished = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  submit(connection: Connection): void {
    (connection as unknown as CopyConnection).query(this.text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    let chunk = "";
    for (const row of this.rows) {
      chunk += row;
      if (chunk.length < CHUNK_CHARS) continue;
      connection.sendCopyFromChunk(Buffer.from(chunk));
      chunk = "";
    }
    if (chunk !== "") connection.sendCopyFromChunk(Buffer.from(chunk));
    connection.endCopyFrom();
  }

  handleError(error: Error): void {
    this.reject(error);
  }
  handleReadyForQuery(): void {
    this.resolve();
  }
  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyData(): void {}
}
