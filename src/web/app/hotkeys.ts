import { useEffect, useRef, useSyncExternalStore } from "react";

/** One act and the keys that do it. `keys` as in `KeyboardEvent.key`, lower case, `mod+` for Ctrl or ⌘. */
export interface Hotkey {
  readonly keys: readonly string[];
  readonly label: string;
  readonly run: () => void;
  /** Works while typing in a field too. */
  readonly whileTyping?: boolean;
}

export interface HotkeyGroup {
  readonly title: string;
  readonly hotkeys: readonly Hotkey[];
}

/** The parts of a `KeyboardEvent` that decide. */
export type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** Whether a key writes a letter: its two cases are one key, and Shift is said beside it. */
const isLetter = (key: string): boolean =>
  key.length === 1 && key.toLowerCase() !== key.toUpperCase();

/**
 * The name of a key press: `j`, `shift+a`, `?`, `mod+k`, `shift+enter`. Shift counts only where it makes no other
 * character; a letter is the same character in both its cases, so Caps Lock changes nothing.
 */
export function nameOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Press): string {
  const plain = key === " " ? "space" : key.toLowerCase();
  const mod = ctrlKey || metaKey ? "mod+" : "";
  const shift = shiftKey && (key.length > 1 || isLetter(key)) ? "shift+" : "";
  return `${mod}${altKey ? "alt+" : ""}${shift}${plain}`;
}

/** The first hotkey a press means; groups registered later are in front. */
export function match(
  groups: readonly HotkeyGroup[],
  press: Press,
  typing: boolean,
): Hotkey | undefined {
  const name = nameOf(press);
  for (const { hotkeys } of groups.toReversed())
    for (const hotkey of hotkeys)
      if (hotkey.keys.includes(name) && (!typing || hotkey.whileTyping === true)) return hotkey;
  return undefined;
}

/** What is printed on a control: "Ctrl K", "Enter", "↓". */
export function keyLabel(name: string): string {
  const words: Record<string, string> = {
    mod: "Ctrl",
    arrowdown: "↓",
    arrowup: "↑",
    arrowleft: "←",
    arrowright: "→",
    escape: "Esc",
  };
  return name
    .split("+")
    .map((part) => words[part] ?? part.charAt(0).toUpperCase() + part.slice(1))
    .join(" ");
}

let groups: readonly HotkeyGroup[] = [];
const listeners = new Set<() => void>();

function setGroups(next: readonly HotkeyGroup[]): void {
  groups = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type)));

/** A focused control answers Enter and Space itself. */
const isOwn = (event: KeyboardEvent): boolean =>
  (event.key === "Enter" || event.key === " ") &&
  event.target instanceof HTMLElement &&
  event.target.closest("a, button, summary, [role=option], [role=menuitem]") !== null;

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || isOwn(event)) return;
  const inDialog = document.querySelector("[role=dialog][aria-modal=true]") !== null;
  const hotkey = match(groups, event, isTyping(event.target) || inDialog);
  if (hotkey === undefined) return;
  event.preventDefault();
  hotkey.run();
}

/** Takes key presses for the page; called once, by the entry point. */
export const listenToKeys = (): void => document.addEventListener("keydown", onKeyDown);

/** Keys that work while the calling component is on the screen, and stand in the help of `?`. */
export function useHotkeys(title: string, hotkeys: readonly Hotkey[]): void {
  const latest = useRef(hotkeys);
  latest.current = hotkeys;
  const signature = hotkeys.map(({ keys, label }) => `${keys.join()}:${label}`).join("|");
  // The external system is the page's keyboard. `signature` stands for the list, whose functions are new each render.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    const group: HotkeyGroup = {
      title,
      hotkeys: latest.current.map((hotkey, i) => ({
        ...hotkey,
        run: () => latest.current[i]?.run(),
      })),
    };
    setGroups([...groups, group]);
    return () => setGroups(groups.filter((other) => other !== group));
  }, [title, signature]);
}

/** All keys of this screen, for the help. */
export const useHotkeyGroups = (): readonly HotkeyGroup[] =>
  useSyncExternalStore(subscribe, () => groups);
