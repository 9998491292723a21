import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { wordDiff } from "#correct/text/word-diff.ts";
import { plural } from "#web/app/format.ts";
import { Failure, Key, Lines } from "#web/app/parts.tsx";
import { versionTextQuery } from "#web/app/queries.ts";
import { Compare } from "#web/editors/text/compare.tsx";
import { toLf } from "#web/editors/text/line-ends.ts";
import type { Manuscript } from "#web/editors/text/manuscript.ts";
import css from "./document.module.css";
import { useShown } from "./use-manuscript.ts";

interface Props {
  readonly projectId: string;
  readonly documentId: string;
  readonly version: number;
  readonly manuscript: Manuscript;
  readonly onClose: () => void;
}

/** An earlier version beside what the text is now, and the way back to it. */
export function Comparison({ projectId, documentId, version, manuscript, onClose }: Props) {
  const { data: raw, error, refetch } = useQuery(versionTextQuery(projectId, documentId, version));
  const why = useShown(manuscript, ({ view }) => view.versions[version]?.why ?? "");
  const now = useShown(manuscript, ({ view }) => view.text);
  const then = raw === undefined ? undefined : toLf(raw);
  // What was typed since the server was last asked belongs to the text too; it is read when the comparison is opened.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `now` says when the text is another
  const edits = useMemo(
    () => (then === undefined ? undefined : wordDiff(then, manuscript.text)),
    [then, manuscript, now],
  );
  return (
    <section className={css.comparison} aria-label={`Version ${version} and now`}>
      <div className={css.comparisonHead}>
        <p>
          <strong>
            Version {version}, {why}
          </strong>{" "}
          {edits === undefined ? null : edits.length === 0 ? (
            "says the same as the text now."
          ) : (
            <>
              and now: {plural(edits.length, "change")}. <del>Struck</del> is gone,{" "}
              <ins>underlined</ins> came since.
            </>
          )}
        </p>
        <button
          type="button"
          className="button primary"
          disabled={raw === undefined || edits?.length === 0}
          onClick={() => {
            if (raw !== undefined) manuscript.restore(version, raw);
            onClose();
          }}
        >
          Restore this version
        </button>
        <button type="button" className="button" onClick={onClose}>
          Back to the text <Key name="escape" />
        </button>
      </div>
      {error !== null ? (
        <Failure error={error} retry={() => void refetch()} what="The version could not be read" />
      ) : then === undefined || edits === undefined ? (
        <Lines widths={[90, 95, 60, 92]} />
      ) : (
        <Compare name={`Version ${version} with what changed since`} text={then} edits={edits} />
      )}
    </section>
  );
}
