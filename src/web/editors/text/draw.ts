/** Tracked changes in place, drawn for what is on the screen alone. */
import type { Range } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
  WidgetType,
} from "@codemirror/view";
import type { EditView } from "#core/revision.ts";
import { type Review, reviewField } from "./review-field.ts";
import { visible } from "./said.ts";
import css from "./text.module.css";

/** What an edit would put into the text, with its intent in a word. */
class Suggested extends WidgetType {
  readonly view: EditView;
  readonly current: boolean;

  constructor(view: EditView, current: boolean) {
    super();
    this.view = view;
    this.current = current;
  }

  override eq({ view, current }: Suggested): boolean {
    return (
      current === this.current &&
      view.id === this.view.id &&
      view.edit.after === this.view.edit.after
    );
  }

  override toDOM(): HTMLElement {
    const { id, edit, intent } = this.view;
    const whole = document.createElement("span");
    whole.className = css.suggested ?? "";
    whole.dataset.edit = id;
    if (this.current) whole.dataset.current = "";
    if (edit.after !== "") {
      const after = document.createElement("ins");
      after.dir = "auto";
      after.textContent = visible(edit.after);
      whole.append(after);
    }
    const word = document.createElement("span");
    word.className = css.intent ?? "";
    word.textContent = intent;
    whole.append(word);
    return whole;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

const CLASS_OF = {
  accepted: css.accepted,
  amended: css.accepted,
  rejected: css.rejected,
  open: css.old,
  hidden: undefined,
  dropped: undefined,
} as const;

function* marksOf(view: EditView, current: boolean): Generator<Range<Decoration>> {
  const { id, edit, state } = view;
  const className = CLASS_OF[state];
  if (className === undefined) return;
  const open = state === "open";
  if (edit.start < edit.end)
    yield Decoration.mark({
      class: className,
      tagName: open ? "del" : "span",
      attributes: { "data-edit": id, ...(current ? { "data-current": "" } : {}) },
    }).range(edit.start, edit.end);
  if (open)
    yield Decoration.widget({ widget: new Suggested(view, current), side: 1 }).range(edit.end);
}

const line = Decoration.line({ attributes: { dir: "auto" } });
const byHand = Decoration.mark({ class: css.written ?? "" });

function drawn(view: EditorView, { edits, current, written }: Review): DecorationSet {
  const marks: Range<Decoration>[] = [];
  const { doc } = view.state;
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const shown = doc.lineAt(at);
      marks.push(line.range(shown.from));
      at = shown.to + 1;
    }
    for (const edit of edits)
      if (edit.edit.end >= from && edit.edit.start <= to)
        marks.push(...marksOf(edit, edit.id === current));
    for (const stretch of written)
      if (stretch.to > from && stretch.from < to)
        marks.push(byHand.range(Math.max(from, stretch.from), Math.min(to, stretch.to)));
  }
  return Decoration.set(marks, true);
}

/** Redraws when the text, the screenful or the review is another. */
export const drawing = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = drawn(view, view.state.field(reviewField));
    }

    update(update: ViewUpdate): void {
      const review = update.state.field(reviewField);
      if (
        update.docChanged ||
        update.viewportChanged ||
        review !== update.startState.field(reviewField)
      )
        this.decorations = drawn(update.view, review);
    }
  },
  { decorations: ({ decorations }) => decorations },
);
