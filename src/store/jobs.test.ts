import { describe } from "vitest";
import { jobsSuite } from "./jobs.suite.ts";
import { databases } from "./samples.ts";

describe.each(databases())("jobs over $name", ({ make }) => {
  jobsSuite(make);
});
