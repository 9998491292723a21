#!/usr/bin/env node
// Node 20 cannot strip types by itself: tsx loads the TypeScript sources.
import { register } from "tsx/esm/api";

register();
const { main } = await import("../src/cli/main.ts");
await main(process.argv);
