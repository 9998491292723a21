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
