import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { engineWithoutEval } from "./without-eval.ts";

/** Where a running server answers while the web app is worked on with `vite src/web`. */
const API = process.env.EMEND_API ?? "http://127.0.0.1:4870";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), engineWithoutEval()],
  build: {
    outDir: "../../dist/web",
    emptyOutDir: true,
    target: "es2023",
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": API } },
});
