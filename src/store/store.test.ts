import { describe } from "vitest";
import { databases } from "./samples.ts";
import { storeSuite } from "./store.suite.ts";

describe.each(databases())("store over $name", ({ make }) => {
  storeSuite(make);
});
