/** The editor of texts: plain prose, soft lines, each line in the direction of its own script. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap } from "@codemirror/view";

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "16px", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--font)",
    lineHeight: "1.7",
    justifyContent: "center",
    overflow: "auto",
    scrollbarWidth: "thin",
  },
  ".cm-content": {
    flex: "0 1 720px",
    minWidth: "0",
    padding: "24px 32px 40vh",
    caretColor: "var(--person)",
    overflowWrap: "anywhere",
  },
  ".cm-line": { padding: "0 2px", textAlign: "start" },
  ".cm-specialChar": { color: "var(--danger)" },
});

interface Options {
  /** How a screen reader calls the text. */
  readonly name: string;
  readonly readOnly?: boolean;
  /** The writer leaves the text to the keys. */
  readonly onLeave?: () => void;
}

export const proseEditor = ({ name, readOnly = false, onLeave }: Options): Extension => [
  // Offsets are the server's: no character is another's, whatever ends the lines.
  EditorState.lineSeparator.of("\n"),
  EditorView.lineWrapping,
  EditorView.perLineTextDirection.of(true),
  EditorView.contentAttributes.of({
    "aria-label": name,
    "aria-multiline": "true",
    spellcheck: "false",
    ...(readOnly ? { tabindex: "0", "aria-readonly": "true" } : {}),
  }),
  highlightSpecialChars(),
  look,
  ...(readOnly
    ? [EditorState.readOnly.of(true), EditorView.editable.of(false)]
    : [
        history(),
        keymap.of([
          {
            key: "Escape",
            run: (view) => {
              view.contentDOM.blur();
              onLeave?.();
              return true;
            },
          },
          ...historyKeymap,
          ...defaultKeymap,
        ]),
      ]),
];
