import { expect, test } from "vitest";
import { passesLuhn, passesMod97, personalData } from "./personal-data.ts";

const kinds = (text: string) => personalData(text).map(({ kind }) => kind);

test.each([
  ["mail me at grace@example.org, please", ["e-mail"]],
  ["call +44 20 7946 0958 or (020) 7946 0958", ["phone", "phone"]],
  ["call 020 7946 0958", ["phone"]],
  // The published test number of a card, and the example of ISO 13616.
  ["card 4111 1111 1111 1111", ["card"]],
  ["pay to GB82 WEST 1234 5698 7654 32", ["IBAN"]],
  ["card 4111 1111 1111 1112", []],
  ["pay to GB83 WEST 1234 5698 7654 32", []],
  ["pi is 3.14159265358979, e is 2.718281828", []],
  ["on 2026-03-01 it was 1,234,567 in 1999", []],
  ["nothing here", []],
  ["", []],
])("%s", (text, expected) => {
  expect(kinds(text)).toEqual(expected);
});

test("check digits", () => {
  expect([passesLuhn("79927398713"), passesLuhn("79927398710")]).toEqual([true, false]);
  expect([passesMod97("GB82WEST12345698765432"), passesMod97("GB28WEST12345698765432")]).toEqual([
    true,
    false,
  ]);
});
