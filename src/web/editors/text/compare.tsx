/** Two states of a text in one: what is gone struck, what came underlined. */
import { EditorState, type Range } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { TextEdit } from "#core/text.ts";
import { visible } from "./said.ts";
import { proseEditor } from "./setup.ts";
import css from "./text.module.css";

class Came extends WidgetType {
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  override eq({ text }: Came): boolean {
    return text === this.text;
  }

  override toDOM(): HTMLElement {
    const came = document.createElement("ins");
    came.className = css.came ?? "";
    came.dir = "auto";
    came.textContent = visible(this.text);
    return came;
  }
}

const gone = Decoration.mark({ class: css.gone ?? "", tagName: "del" });
const line = Decoration.line({ attributes: { dir: "auto" } });

function marksOf({ start, end, after }: TextEdit): Range<Decoration>[] {
  return [
    ...(start < end ? [gone.range(start, end)] : []),
    ...(after === "" ? [] : [Decoration.widget({ widget: new Came(after), side: 1 }).range(end)]),
  ];
}

interface Props {
  readonly name: string;
  readonly text: string;
  /** What was done to it since, ascending. */
  readonly edits: readonly TextEdit[];
}

export function Compare({ name, text, edits }: Props) {
  const host = useRef<HTMLDivElement>(null);
  // The external system is the editor: it is told of the text once, and lives as long as these props.
  useEffect(() => {
    const state = EditorState.create({ doc: text });
    const lines = Array.from({ length: state.doc.lines }, (_, i) =>
      line.range(state.doc.line(i + 1).from),
    );
    const marks = Decoration.set([...lines, ...edits.flatMap(marksOf)], true);
    const editor = new EditorView({
      doc: text,
      extensions: [proseEditor({ name, readOnly: true }), EditorView.decorations.of(marks)],
      ...(host.current === null ? {} : { parent: host.current }),
    });
    const first = edits[0];
    if (first !== undefined)
      editor.dispatch({ effects: EditorView.scrollIntoView(first.start, { y: "center" }) });
    return () => editor.destroy();
  }, [name, text, edits]);
  return <div ref={host} className={css.editor} />;
}
