import fc from "fast-check";
import { expect, test } from "vitest";
import { fillMasks, maskKey, masksIn, maskText, normaliseUtterance } from "./utterance.ts";

test("case, punctuation, fillers and blanks are evened out", () => {
  expect(normaliseUtterance("  Um, play THE  Beatles, please!")).toBe("play beatles");
  expect(normaliseUtterance("What's the weather?")).toBe("whats weather");
  expect(normaliseUtterance("ｐｌａｙ Café")).toBe("play café");
  expect(normaliseUtterance("wake-up call")).toBe("wake up call");
});

test("fillers alone stay, and nothing has the empty key", () => {
  expect(normaliseUtterance("Okay, um")).toBe("okay um");
  expect(normaliseUtterance("")).toBe("");
  expect(normaliseUtterance(" ?!… ")).toBe("");
});

test("what tells requests apart is kept", () => {
  expect(normaliseUtterance("git push --force")).toBe("git push --force");
  expect(normaliseUtterance("C++ and C#")).toBe("c++ and c#");
  expect(normaliseUtterance("open node.js at 10:30.")).toBe("open node.js at 10:30");
  expect(normaliseUtterance("turn it on")).not.toBe(normaliseUtterance("turn it off"));
  // Names that every object has are words like any other.
  expect(normaliseUtterance("constructor toString")).toBe("constructor tostring");
});

test.each([
  ["five", "5"],
  ["twenty-one", "21"],
  ["twenty one two", "21 2"],
  ["one hundred and five", "105"],
  ["two thousand five hundred", "2500"],
  ["three hundred thousand", "300000"],
  ["nineteen ninety nine", "19 99"],
  ["one two three", "1 2 3"],
  ["1,250 euros", "1250 euros"],
  ["zero", "0"],
  ["thousand thanks", "thousand thanks"],
  ["one hundred and counting", "100 and counting"],
])("number words: %s", (said, key) => {
  expect(normaliseUtterance(said)).toBe(key);
});

test("a key is its own key", () => {
  const utterance = fc.oneof(
    fc.string(),
    fc.string({ unit: "grapheme" }),
    fc
      .array(
        fc.constantFrom("um", "Play", "twenty", "one", "hundred", "and", "a@b.com", "--x", "5"),
      )
      .map((parts) => parts.join(" ")),
  );
  fc.assert(
    fc.property(utterance, (text) => {
      const key = normaliseUtterance(text);
      expect(normaliseUtterance(key)).toBe(key);
    }),
    { seed: 3, numRuns: 500 },
  );
});

test("numbers and e-mail addresses are masked, and can be put back", () => {
  const key = normaliseUtterance("Mail bob.smith+x@mail.example.com at ten thirty about 1,250");
  expect(key).toBe("mail bob.smith+x@mail.example.com at 10 30 about 1250");
  const { key: masked, masked: values } = maskKey(key);
  expect(masked).toBe("mail <email> at <number> <number> about <number>");
  expect(values).toEqual(["bob.smith+x@mail.example.com", "10", "30", "1250"]);
  expect(masksIn(masked)).toEqual(["<email>", "<number>", "<number>", "<number>"]);
  expect(fillMasks(masked, values)).toBe(key);
  expect(maskText("Call 555-0100, or me@x.org")).toBe("Call <number>-<number>, or <email>");
  expect(maskKey("play jazz")).toEqual({ key: "play jazz", masked: [] });
});

test("an utterance cannot bring a mask of its own", () => {
  expect(normaliseUtterance("call <number>")).toBe("call number");
});

test("what only looks like an address costs little, however long", () => {
  const long = "a.".repeat(5_000);
  for (const text of [long, `${long}@`, "@".repeat(10_000), `x@${long}`])
    for (let i = 0; i < 5; i++) maskText(normaliseUtterance(text));
  expect(maskKey(normaliseUtterance("write to me@x.org")).key).toBe("write to <email>");
});
