import { expect, test } from "vitest";
import { Problem } from "#core/errors.ts";
import {
  digitOf,
  END,
  KEYS,
  keyOf,
  keyToken,
  PAD,
  textOf,
  tokensOf,
  VOCABULARY,
} from "./tokens.ts";

test("64 words, each of which reads back as itself", () => {
  expect(VOCABULARY).toBe(64);
  const all = Array.from({ length: VOCABULARY - 1 }, (_, id) => id + 1);
  expect(tokensOf(textOf(all))).toEqual(all);
});

test("text is readable and leaves padding out", () => {
  const text = "<s> 3 1 4 1 5 9 b e - polite | hello b 1 e 5 thanks .";
  expect(textOf([...tokensOf(text), PAD, PAD])).toBe(text);
  expect(tokensOf("  b   1 .\n").at(-1)).toBe(END);
  expect(tokensOf("")).toEqual([]);
});

test("the three families' words are there", () => {
  expect(() => tokensOf("<s> b a + 4 ? c | a 3 b 3 + 4 7 # 5 .")).not.toThrow();
  expect(() => tokensOf("A has B lacks C unsure recommend A price 3 none")).not.toThrow();
});

test("an unknown word is refused by place and name", () => {
  try {
    tokensOf("b 1 goodbye .");
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ message: "Word 3 is not of this language" });
    expect((error as Problem).detail.got).toBe('"goodbye"');
  }
});

test("keys and digits are told apart from every other word", () => {
  const keys = Array.from({ length: VOCABULARY }, (_, id) => keyOf(id)).filter((k) => k >= 0);
  expect(keys).toEqual(Array.from({ length: KEYS }, (_, k) => k));
  expect(keyOf(keyToken(5))).toBe(5);
  const digits = Array.from({ length: VOCABULARY }, (_, id) => digitOf(id)).filter((d) => d >= 0);
  expect(digits).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
