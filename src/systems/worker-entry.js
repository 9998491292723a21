// Node 20 cannot strip types by itself: tsx loads the TypeScript file that the worker is for.
import { workerData } from "node:worker_threads";
import { register } from "tsx/esm/api";

register();
await import(workerData.file);
