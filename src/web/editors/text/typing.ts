/** What is typed in one go is one act: kept on this browser's disk with every key, sent after a pause. */
import type { ChangeSet, Text } from "@codemirror/state";
import type { DocumentAct, DocumentCommand, TypedEdit } from "./acts.ts";
import { editInCrlf, toCrlf } from "./line-ends.ts";
import { editsOf } from "./review-field.ts";

const PAUSE_MS = 700;
/** Characters kept on each side of what is typed, to find its place again. */
const AROUND_CHARS = 120;

/** The part of the outbox a document uses. */
export interface Sender {
  /** Keeps an act to be sent, for so long open to `amend`. Returns its key. */
  add(act: DocumentAct, holdMs?: number): string;
  amend(key: string, act: DocumentAct, holdMs: number): boolean;
  release(key: string): void;
}

interface Options {
  /** Whether the document ends its lines in CR LF. */
  readonly crlf: () => boolean;
  /** An act of its own, and the same act with more in it. */
  readonly first: (command: DocumentCommand) => DocumentAct;
  readonly again: (command: DocumentCommand) => DocumentAct;
}

/** Changes of the text before them as what is sent of them. */
export function typedEdits(changes: ChangeSet, before: Text, crlf: boolean): TypedEdit[] {
  const lines = (offset: number) => before.lineAt(offset).number - 1;
  const sent = (text: string) => (crlf ? toCrlf(text) : text);
  return editsOf(changes, before).map((edit) => {
    const { start, end } = edit;
    return {
      edit: crlf ? editInCrlf(edit, lines) : edit,
      left: sent(before.sliceString(Math.max(0, start - AROUND_CHARS), start)),
      right: sent(before.sliceString(end, Math.min(before.length, end + AROUND_CHARS))),
    };
  });
}

export class Typing {
  private readonly sender: Sender;
  private readonly options: Options;
  private burst: { key: string; changes: ChangeSet; before: Text } | null = null;

  constructor(sender: Sender, options: Options) {
    this.sender = sender;
    this.options = options;
  }

  keep(changes: ChangeSet, before: Text): void {
    const { burst } = this;
    if (burst !== null) {
      const whole = burst.changes.compose(changes);
      const act = this.options.again(this.command(whole, burst.before));
      if (this.sender.amend(burst.key, act, PAUSE_MS)) {
        this.burst = { ...burst, changes: whole };
        return;
      }
    }
    const key = this.sender.add(this.options.first(this.command(changes, before)), PAUSE_MS);
    this.burst = { key, changes, before };
  }

  /** Lets what is held go: something else follows it. */
  flush(): void {
    if (this.burst !== null) this.sender.release(this.burst.key);
    this.burst = null;
  }

  private command(changes: ChangeSet, before: Text): DocumentCommand {
    return { kind: "typed", edits: typedEdits(changes, before, this.options.crlf()) };
  }
}
