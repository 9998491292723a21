import fc from "fast-check";
import { expect, test } from "vitest";
import { listed, parleyParts, parleyPrompt } from "./parley.ts";

test("a prompt says its facts, what is asked and the manner", () => {
  const read = parleyPrompt("<s> 3 1 4 1 5 9 b e - polite |");
  expect(read?.facts.map(({ key, value }) => key + value).join(" ")).toBe("a3 b1 c4 d1 e5 f9");
  expect(read).toMatchObject({ asked: ["b", "e"], style: "polite" });
});

test("other texts are not prompts of this world", () => {
  for (const text of ["", "hello", "<s> 3 1 4 1 5 b e - polite |", "<s> 3 1 4 1 5 9 - - - plain |"])
    expect(parleyPrompt(text)).toBeNull();
});

test("a reply cut into parts is the same reply when it is put together", () => {
  const word = fc.constantFrom("a", "b", "h", "1", "7", "hello", "sure", "thanks", "note", ".");
  const reply = fc.array(word, { maxLength: 16 }).map((words) => words.join(" "));
  fc.assert(
    fc.property(reply, (text) => {
      expect(
        parleyParts(text)
          .map((part) => part.text)
          .join(" "),
      ).toBe(text);
    }),
    { seed: 5 },
  );
});

test("a reply is cut at its facts; half a fact is only words", () => {
  expect(parleyParts("hello b 1 b e 5 thanks .")).toEqual([
    { kind: "words", text: "hello" },
    { kind: "fact", text: "b 1" },
    { kind: "words", text: "b" },
    { kind: "fact", text: "e 5" },
    { kind: "words", text: "thanks ." },
  ]);
  expect(parleyParts("")).toEqual([]);
});

test("names in a row", () => {
  expect([listed([]), listed(["b"]), listed(["b", "e"]), listed(["a", "b", "e"])]).toEqual([
    "",
    "b",
    "b and e",
    "a, b and e",
  ]);
});
