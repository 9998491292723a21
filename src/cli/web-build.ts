import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { packageRoot } from "./package-root.ts";

/** What the page is built from: itself, and what of the rest runs in it. */
const LAYERS = ["core", "num", "propose", "correct", "learn", "worlds", "web"];

export const webFolder = join(packageRoot, "dist", "web");

const newest = (folder: string): number =>
  Math.max(
    0,
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );

/** Builds the workbench unless what stands there is newer than its sources. */
export async function buildWeb(): Promise<"built" | "fresh"> {
  const page = join(webFolder, "index.html");
  const sources = LAYERS.map((layer) => join(packageRoot, "src", layer));
  if (existsSync(page) && statSync(page).mtimeMs > Math.max(...sources.map(newest))) return "fresh";
  const configFile = join(packageRoot, "src", "web", "vite.config.ts");
  process.env.NODE_ENV = "production"; // whatever the shell says: React's other build is slow
  await build({ configFile, logLevel: "warn" });
  return "built";
}
