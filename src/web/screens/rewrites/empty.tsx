import type { RewriteState } from "#core/rewrite.ts";
import { count } from "#web/app/format.ts";
import { Empty, Key } from "#web/app/parts.tsx";
import css from "./rewrites.module.css";
import type { Mining } from "./use-mining.ts";
import { filterText } from "./words.ts";

/** A line as the import takes it. */
export const EXAMPLE_TURN =
  '{"userId": "u1", "ts": 1767225600000, "utterance": "play songs", "signals": {"bargeIn": true}}';

interface Props {
  readonly state: RewriteState | undefined;
  readonly q: string;
  readonly turns: number | undefined;
  readonly minedAtMs: number | null;
  readonly mining: Mining;
  readonly onImport: () => void;
  readonly onClear: () => void;
}

/** Why there is nothing in the list, and the one next step. */
export function Nothing({ state, q, turns, minedAtMs, mining, onImport, onClear }: Props) {
  if (state !== undefined || q !== "")
    return (
      <Empty
        title={`No ${filterText(state, q)}`}
        action={
          <button type="button" className="button primary" onClick={onClear}>
            Show all
          </button>
        }
      />
    );
  if (turns === undefined || turns === 0)
    return (
      <Empty
        title="No turns yet"
        action={
          <button type="button" className="button primary" onClick={onImport}>
            Import turns <Key name="i" />
          </button>
        }
      >
        Here stand the requests that fail, each with the wording its users found to work. They are
        mined from what people said again in other words, so turns come first: who, when, what was
        said, and how it went if that is known. One a line, as
        <code className={css.example}>{EXAMPLE_TURN}</code>
      </Empty>
    );
  const mine = (
    <button
      type="button"
      className="button primary"
      disabled={mining.running}
      onClick={mining.start}
    >
      {mining.running ? "Mining…" : "Mine now"} <Key name="m" />
    </button>
  );
  const { job } = mining;
  if (minedAtMs === null && job?.state !== "done")
    return (
      <Empty title={`${count(turns)} turns, not mined yet`} action={mine}>
        Mining reads the sessions and proposes what a failing request should have been.
      </Empty>
    );
  return (
    <Empty title="Nothing is worth rewriting yet" action={mine}>
      In {count(turns)} turns no wording does better than another with enough people behind it. More
      turns help: import them, and mine again.
    </Empty>
  );
}
