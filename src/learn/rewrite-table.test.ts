import { expect, test } from "vitest";
import { type LiveRewrite, LOCALE_UNSTATED, rewriteTable } from "./rewrite-table.ts";

const rule = (fromKey: string, toText: string, locale = LOCALE_UNSTATED): LiveRewrite => ({
  id: `${fromKey}→${toText}`,
  locale,
  fromKey,
  toText,
});

test("finds by key, whatever the wording", () => {
  const table = rewriteTable([rule("play jaz", "Play jazz")]);
  expect(table.size).toBe(1);
  expect(table.find("  Please PLAY jaz!")?.toText).toBe("Play jazz");
  expect(table.find("play jazz")).toBeUndefined();
  expect(table.find("")).toBeUndefined();
  expect(table.find("?!")).toBeUndefined();
  expect(rewriteTable([]).find("play jaz")).toBeUndefined();
});

test("one step: a target that is itself rewritten is not followed", () => {
  const table = rewriteTable([rule("x y", "y z"), rule("y z", "z w")]);
  expect(table.find("x y")?.toText).toBe("y z");
});

test("never onto what was said already", () => {
  const table = rewriteTable([
    rule("play jazz", "Play jazz, please"),
    rule("call <number>", "call <number>"),
  ]);
  expect(table.find("play jazz")).toBeUndefined();
  expect(table.find("Call 5")).toBeUndefined();
});

test("of two with one key the first stands, and locales are apart", () => {
  const table = rewriteTable([
    rule("jaz", "jazz"),
    rule("jaz", "jars"),
    rule("jaz", "Jazzmusik", "de"),
  ]);
  expect(table.size).toBe(2);
  expect(table.find("jaz")?.toText).toBe("jazz");
  expect(table.find("jaz", "de")?.toText).toBe("Jazzmusik");
  expect(table.find("jaz", "fr")).toBeUndefined();
});

test("masks are filled with what the utterance has in their place", () => {
  const table = rewriteTable([
    rule("set alram for <number>", "set alarm for <number>"),
    rule("mail <email> at <number>", "write to <email> at <number>"),
    rule("swap <email> <number>", "swap <number> <email>"),
    rule("channel <number>", "Channel One"),
    rule("room <number>", "room <number> floor <number>"),
    rule("channel 7", "Channel Seven News"),
  ]);
  expect(table.find("set alram for seven")?.toText).toBe("set alarm for 7");
  expect(table.find("Mail me@x.org at 10:30")?.toText).toBe("write to me@x.org at 10:30");
  // Other masks, or in another order: nothing is guessed.
  expect(table.find("swap me@x.org 3")).toBeUndefined();
  expect(table.find("room 3")).toBeUndefined();
  expect(table.find("channel 3")?.toText).toBe("Channel One");
  // A rule about this very number comes first.
  expect(table.find("channel 7")?.toText).toBe("Channel Seven News");
});
