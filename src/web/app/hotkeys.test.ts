import { expect, test } from "vitest";
import { type HotkeyGroup, keyLabel, match, nameOf } from "./hotkeys.ts";

const press = (
  key: string,
  held: Partial<Record<"ctrlKey" | "metaKey" | "shiftKey", true>> = {},
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

test("a press is named once, however it was made", () => {
  expect(nameOf(press("J"))).toBe("j");
  expect(nameOf(press("k", { ctrlKey: true }))).toBe("mod+k");
  expect(nameOf(press("k", { metaKey: true }))).toBe("mod+k");
  expect(nameOf(press("?", { shiftKey: true }))).toBe("?");
  expect(nameOf(press("Enter", { shiftKey: true }))).toBe("shift+enter");
  expect(nameOf(press(" "))).toBe("space");
});

test("Shift makes another key of a letter, and only of a letter; Caps Lock does not", () => {
  expect(nameOf(press("A", { shiftKey: true }))).toBe("shift+a");
  expect(nameOf(press("É", { shiftKey: true }))).toBe("shift+é");
  expect(nameOf(press("A"))).toBe("a");
  expect(nameOf(press("a", { shiftKey: true }))).toBe("shift+a"); // Caps Lock and Shift
  expect(nameOf(press("!", { shiftKey: true }))).toBe("!");
  expect(nameOf(press("k", { ctrlKey: true, shiftKey: true }))).toBe("mod+shift+k");
  const hits: string[] = [];
  const hotkey = (key: string) => ({ keys: [key], label: key, run: () => hits.push(key) });
  const groups: HotkeyGroup[] = [{ title: "Writing", hotkeys: [hotkey("a"), hotkey("shift+a")] }];
  expect(match(groups, press("A", { shiftKey: true }), false)?.label).toBe("shift+a");
  expect(match(groups, press("a"), false)?.label).toBe("a");
});

test("the group registered last answers first; while typing only what says so", () => {
  const hits: string[] = [];
  const hotkey = (key: string, label: string, whileTyping = false) => ({
    keys: [key],
    label,
    whileTyping,
    run: () => hits.push(label),
  });
  const groups: HotkeyGroup[] = [
    { title: "Everywhere", hotkeys: [hotkey("mod+k", "palette", true), hotkey("s", "shell s")] },
    { title: "Inbox", hotkeys: [hotkey("s", "skip")] },
  ];
  expect(match(groups, press("s"), false)?.label).toBe("skip");
  expect(match(groups, press("s"), true)).toBeUndefined();
  expect(match(groups, press("k", { ctrlKey: true }), true)?.label).toBe("palette");
  expect(match(groups, press("x"), false)).toBeUndefined();
});

test("keys are printed as people call them", () => {
  expect(["mod+k", "enter", "arrowdown", "1", "?"].map(keyLabel)).toEqual([
    "Ctrl K",
    "Enter",
    "↓",
    "1",
    "?",
  ]);
});
