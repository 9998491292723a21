import { Worker, workerData } from "node:worker_threads";

/** A worker thread that runs a TypeScript file, which finds what it is handed with `handedOver`. */
export const typescriptWorker = (file: URL, handed: unknown): Worker =>
  new Worker(new URL("./worker-entry.js", import.meta.url), {
    workerData: { file: file.href, handed },
  });

/** What the thread that started this one handed over. */
export const handedOver = (): unknown => workerData.handed;
