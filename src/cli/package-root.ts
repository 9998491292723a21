import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder with package.json, wherever Emend is called from. */
export const packageRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
