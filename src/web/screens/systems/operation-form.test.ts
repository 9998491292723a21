import { expect, test } from "vitest";
import { curlLine, fieldsOf, parsedInput } from "./operation-form.ts";

test("single values of a schema become fields; lists and objects stay with the editor", () => {
  expect(
    fieldsOf({
      type: "object",
      properties: {
        scalariser: { enum: ["auto", "max"], description: "how losses are joined" },
        seed: { type: "integer" },
        gold: { type: "boolean" },
        name: { type: "string" },
        items: { type: "array", items: {} },
        odd: true,
      },
    }),
  ).toEqual([
    { name: "scalariser", about: "how losses are joined", kind: "choice", values: ["auto", "max"] },
    { name: "seed", about: "", kind: "number" },
    { name: "gold", about: "", kind: "boolean" },
    { name: "name", about: "", kind: "text" },
  ]);
  expect(fieldsOf({ type: "object" })).toEqual([]);
});

test("what does not parse says where", () => {
  expect(parsedInput('{"a": 1}')).toEqual({ ok: true, value: { a: 1 } });
  expect(parsedInput("[1]")).toEqual({ ok: false, why: "Expected a JSON object." });
  const broken = parsedInput('{\n  "a": 1,\n  oops\n}');
  expect(broken.ok).toBe(false);
  expect(!broken.ok && broken.why).toMatch(/^Line 3: /);
});

test("a quote in the input does not leave the shell's word", () => {
  expect(curlLine("http://h", "s.op", { t: "it's" })).toBe(
    String.raw`curl -s http://h/api/v1/run/s.op -H 'content-type: application/json' -d '{"t":"it'\''s"}'`,
  );
});
