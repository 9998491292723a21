/**
 * A document on the screen: the editor with its review, and what is sent of it. Everything is done at once here; what
 * the server is told waits in the outbox. React looks at `snapshot` and is told when a part of it is another.
 */
import { isolateHistory, undoDepth, undo as undoTyping } from "@codemirror/commands";
import { EditorState, Transaction } from "@codemirror/state";
import { EditorView, type ViewUpdate } from "@codemirror/view";
import type { Effort } from "#core/correction.ts";
import type { CorrectionId } from "#core/ids.ts";
import type { DocumentView, EditView } from "#core/revision.ts";
import type { TextEdit } from "#core/text.ts";
import type { DocumentAct, DocumentCommand } from "./acts.ts";
import { drawing } from "./draw.ts";
import { endsInCrlf, toCrlf, toLf, viewInLf } from "./line-ends.ts";
import {
  type Choice,
  decided,
  isOpen,
  neighbour,
  nextOpen,
  replacement,
  undone,
} from "./review.ts";
import {
  emptyReview,
  madeBy,
  type Review,
  reviewField,
  setCurrent,
  setEdits,
} from "./review-field.ts";
import { changeText, shareOf } from "./said.ts";
import { proseEditor } from "./setup.ts";
import { type Sender, Typing } from "./typing.ts";

export interface Snapshot {
  /** What the server said last; text and edits are the review's. */
  readonly view: DocumentView;
  readonly review: Review;
  /** Edits on the screen, in the order of the text. The same object as long as they are the same. */
  readonly onScreen: readonly string[];
  /** The writer is in the text: letters type. */
  readonly typing: boolean;
  /** What was done last, for the notice line. */
  readonly notice: string | null;
  /** A pass was asked for, or an edit was given up: the server knows more. */
  readonly asked: boolean;
}

interface Made {
  readonly ids: readonly string[];
  /** Typing there was to undo when the decision was made. */
  readonly typed: number;
}

const correctionId = (): CorrectionId =>
  // A UUID is an id by its form; the schema that brands ids stays with the server.
  crypto.randomUUID() as string as CorrectionId;

const NEAR = { y: "nearest", yMargin: 140 } as const;
const WORDS = { confirmed: "accepted", rejected: "rejected", edited: "amended" } as const;

export class Manuscript {
  readonly editor: EditorView;
  /** Where cards go: it scrolls with the text. */
  readonly margin = document.createElement("div");
  private readonly sender: Sender;
  private readonly projectId: string;
  private crlf: boolean;
  private readonly listeners = new Set<() => void>();
  private state: Snapshot;
  private latest: DocumentView;
  /** Version the next act is made against. */
  private version: number;
  private readonly typing: Typing;
  private readonly made: Made[] = [];
  /** What edits suggested that their writer amended. */
  private readonly suggested = new Map<string, string>();

  constructor(
    opened: DocumentView,
    { projectId, current, sender }: { projectId: string; current: string | null; sender: Sender },
  ) {
    this.latest = opened;
    this.crlf = endsInCrlf(opened.text);
    const view = this.crlf ? viewInLf(opened) : opened;
    this.projectId = projectId;
    this.sender = sender;
    this.typing = new Typing(sender, {
      crlf: () => this.crlf,
      first: (command) => this.act(command, this.version++),
      again: (command) => this.act(command, this.version - 1),
    });
    this.version = view.version;
    const review = emptyReview(view.edits, current);
    this.state = { view, review, onScreen: [], typing: false, notice: null, asked: false };
    this.editor = new EditorView({
      state: EditorState.create({
        doc: view.text,
        extensions: [
          proseEditor({ name: `Text of ${view.title || "the document"}` }),
          reviewField.init(() => review),
          drawing,
          EditorView.updateListener.of(this.onUpdate),
          EditorView.domEventHandlers({ mousedown: this.onMouseDown }),
        ],
      }),
    });
    this.editor.scrollDOM.append(this.margin);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): Snapshot => this.state;

  get review(): Review {
    return this.editor.state.field(reviewField);
  }

  /**
   * Whether the server has more than this page, all of whose acts have arrived.
   *
   * @param known the version the server answered last, undefined when it refused something.
   * @param seen the latest version a live event spoke of.
   */
  isBehind(known: number | undefined, seen: number): boolean {
    return this.state.asked || known !== this.version || seen > this.version;
  }

  edit(id: string | null): EditView | undefined {
    return this.review.edits.find((edit) => edit.id === id);
  }

  /** Makes an edit the one in hand, and shows it. */
  select(id: string | null): void {
    const edit = this.edit(id)?.edit;
    this.editor.dispatch({
      effects: [
        setCurrent.of(id),
        ...(edit === undefined ? [] : [EditorView.scrollIntoView(edit.start, NEAR)]),
      ],
    });
  }

  move(step: 1 | -1): void {
    const { edits, current } = this.review;
    const target = neighbour(edits, current, step);
    if (target !== undefined) this.select(target.id);
  }

  /** Says something of edits, all at once, and goes on to the next. Returns whether there was anything to decide. */
  decide(
    ids: readonly string[],
    decision: Choice["decision"],
    { effort, after, reason }: { effort: Effort; after?: string; reason?: string },
  ): boolean {
    const { edits, current } = this.review;
    const wanted = new Set(ids);
    const open = edits.filter((edit) => isOpen(edit) && wanted.has(edit.id));
    if (open.length === 0) return false;
    const choices = open.map((edit) => this.choiceOn(edit, decision, after));
    const step = decided(edits, choices);
    const held = current !== null && wanted.has(current) ? nextOpen(step.edits, current) : current;
    this.flush();
    this.dispatch(step, held);
    const share = shareOf(effort, open.length);
    this.send({
      kind: "decide",
      decisions: choices.map(({ id, decision, after, correctionId }, i) => ({
        id: correctionId,
        proposalId: id,
        decision,
        ...(decision === "edited" && after !== undefined
          ? { after: this.crlf ? toCrlf(after) : after }
          : {}),
        ...(reason === undefined || reason === "" ? {} : { reason }),
        effort: share(i),
      })),
    });
    this.made.push({ ids: open.map(({ id }) => id), typed: undoDepth(this.editor.state) });
    const [only, ...more] = open;
    const said = choices[0]?.decision ?? decision;
    const what =
      only !== undefined && more.length === 0
        ? changeText({ ...only.edit, after: after ?? only.edit.after })
        : `${open.length} edits`;
    this.set({ notice: `${WORDS[said]} ${what}` });
    return true;
  }

  /** Takes back what was done last, decision or typing. */
  undo(): void {
    const last = this.made.at(-1);
    if (undoDepth(this.editor.state) > (last?.typed ?? 0)) {
      undoTyping(this.editor);
      this.set({ notice: "typing taken back" });
    } else if (last !== undefined) {
      this.made.pop();
      this.reopen(last.ids);
    } else this.set({ notice: "nothing of this sitting left to undo" });
  }

  /** Takes the decisions on edits back, whenever they were made. */
  reopen(ids: readonly string[]): void {
    const { edits } = this.review;
    const wanted = new Map(ids.map((id) => [id, this.suggested.get(id)]));
    const step = undone(edits, wanted, this.state.view.status === "reviewing");
    if (step.ids.length === 0) {
      this.set({ notice: "not taken back: the text there was changed since" });
      return;
    }
    const back = new Set(step.ids);
    const corrections = edits.flatMap(({ id, correctionId }) =>
      back.has(id) && correctionId !== null ? [correctionId] : [],
    );
    // What an edit amended earlier had suggested, the server alone knows.
    const asked = edits.some(
      ({ id, state }) => back.has(id) && state === "amended" && !this.suggested.has(id),
    );
    this.flush();
    this.dispatch(step, step.ids[0] ?? null);
    for (const taken of corrections)
      this.send({ kind: "undo", id: correctionId(), correctionId: taken });
    this.set({
      notice: `taken back ${step.ids.length === 1 ? "" : `${step.ids.length} decisions`}`.trimEnd(),
      asked: this.state.asked || asked,
    });
  }

  /** Closes the pass; proposers are asked about the text as it is now. */
  next(leaveRest: boolean): void {
    this.flush();
    this.send({ kind: "next", pass: this.state.view.pass, leaveRest });
    this.set({ asked: true, notice: "pass closed" });
  }

  /** Makes the text that of an earlier version. */
  restore(to: number, text: string): void {
    this.flush();
    this.setText(this.crlf ? toLf(text) : text, "decision");
    this.send({ kind: "restore", to });
    this.set({ asked: true, notice: `version ${to} restored` });
  }

  /** Takes what the server has, when nothing of ours is on its way. The place and the hand stay where they are. */
  load(fresh: DocumentView): void {
    if (fresh === this.latest) return;
    this.latest = fresh;
    if (fresh.text.includes("\n")) this.crlf = endsInCrlf(fresh.text);
    const view = this.crlf ? viewInLf(fresh) : fresh;
    const { current } = this.review;
    const held = view.edits.some(({ id, state }) => id === current && state !== "dropped");
    this.version = view.version;
    this.suggested.clear();
    if (view.pass !== this.state.view.pass) this.made.length = 0;
    this.set({ view, asked: false });
    const change = replacement(this.text, view.text);
    this.dispatch(
      { changes: change === null ? [] : [change], edits: view.edits },
      held ? current : nextOpen(view.edits, null),
      "server",
    );
  }

  /** What is typed and still held is let go. */
  flush(): void {
    this.typing.flush();
  }

  get text(): string {
    return this.editor.state.doc.toString();
  }

  focusText(): void {
    this.editor.focus();
  }

  destroy(): void {
    this.flush();
    this.editor.destroy();
  }

  private choiceOn(
    { id, edit }: EditView,
    decision: Choice["decision"],
    after: string | undefined,
  ): Choice {
    const own = { id, correctionId: correctionId() };
    if (decision !== "edited" || after === undefined || after === edit.after)
      return { ...own, decision: decision === "edited" ? "confirmed" : decision, after: undefined };
    // The writer's wording is the one that stands: nothing is to be changed here.
    if (after === edit.before) return { ...own, decision: "rejected", after: undefined };
    this.suggested.set(id, edit.after);
    return { ...own, decision, after };
  }

  private setText(text: string, by: "decision" | "server"): void {
    const change = replacement(this.text, text);
    if (change === null) return;
    this.editor.dispatch({
      changes: { from: change.start, to: change.end, insert: change.after },
      annotations: [madeBy.of(by), Transaction.addToHistory.of(false)],
    });
  }

  private dispatch(
    { changes, edits }: { changes: readonly TextEdit[]; edits: readonly EditView[] },
    current: string | null,
    by: "decision" | "server" = "decision",
  ): void {
    const next = edits.find(({ id }) => id === current)?.edit;
    const follow = by === "decision" && next !== undefined;
    this.editor.dispatch({
      changes: changes.map(({ start, end, after }) => ({ from: start, to: end, insert: after })),
      effects: [
        setEdits.of(edits),
        setCurrent.of(current),
        ...(follow ? [EditorView.scrollIntoView(next.start, NEAR)] : []),
      ],
      annotations: [
        madeBy.of(by),
        Transaction.addToHistory.of(false),
        // What is typed after a decision is undone before it.
        isolateHistory.of("full"),
      ],
    });
  }

  private send(command: DocumentCommand): void {
    this.sender.add(this.act(command, this.version++));
  }

  private act(command: DocumentCommand, version: number): DocumentAct {
    const { projectId } = this;
    return { kind: "document", projectId, itemId: this.state.view.id, version, command };
  }

  private onUpdate = (update: ViewUpdate): void => {
    for (const transaction of update.transactions)
      if (transaction.docChanged && transaction.annotation(madeBy) === undefined)
        this.typing.keep(transaction.changes, transaction.startState.doc);
    const review = update.state.field(reviewField);
    const typing = update.view.hasFocus;
    const onScreen = this.seen(update, review);
    const before = this.state;
    if (review !== before.review || typing !== before.typing || onScreen !== before.onScreen)
      this.set({ review, typing, onScreen });
  };

  private seen(update: ViewUpdate, { edits }: Review): readonly string[] {
    const { onScreen } = this.state;
    const ranges = update.view.visibleRanges;
    const now = edits.flatMap(({ id, state, edit }) =>
      state !== "hidden" &&
      state !== "dropped" &&
      ranges.some(({ from, to }) => edit.end >= from && edit.start <= to)
        ? [id]
        : [],
    );
    const same = now.length === onScreen.length && now.every((id, i) => id === onScreen[i]);
    return same ? onScreen : now;
  }

  /** A click on a change takes it in hand and leaves the keys with the screen; a second one goes into the text. */
  private onMouseDown = (event: MouseEvent, view: EditorView): boolean => {
    const { target } = event;
    if (event.button !== 0 || event.detail > 1 || !(target instanceof Element)) return false;
    const id = target.closest<HTMLElement>("[data-edit]")?.dataset.edit;
    if (id === undefined) return false;
    view.contentDOM.blur();
    this.select(id);
    event.preventDefault();
    return true;
  };

  private set(change: Partial<Snapshot>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
