import type { DocumentView } from "#core/revision.ts";
import { count, plural } from "#web/app/format.ts";
import { Act, Key } from "#web/app/parts.tsx";
import type { Manuscript } from "#web/editors/text/manuscript.ts";
import css from "./action-bar.module.css";
import type { Acts } from "./document.tsx";
import { useShown } from "./use-manuscript.ts";

interface Props {
  readonly manuscript: Manuscript;
  readonly acts: Acts;
  readonly leaving: boolean;
  readonly onStay: () => void;
}

export function ActionBar({ manuscript, acts, leaving, onStay }: Props) {
  const tally = useShown(manuscript, ({ review }) => review.tally);
  const current = useShown(manuscript, ({ review }) => review.current);
  const typing = useShown(manuscript, (shown) => shown.typing);
  const view = useShown(manuscript, (shown) => shown.view);
  const asked = useShown(manuscript, (shown) => shown.asked);
  const held = manuscript.edit(current);
  const idle = held?.state !== "open";
  const intent = held?.intent;
  const same = intent === undefined ? 0 : (tally.byIntent.get(intent) ?? 0);
  return (
    <section className={css.bar} aria-label="Decide">
      <Notice manuscript={manuscript} typing={typing} />
      {leaving ? (
        <div className={css.acts} role="alert">
          <strong>{plural(tally.open, "edit")} still open.</strong>
          <Act name="n" primary onAct={acts.next}>
            Leave the rest, next pass
          </Act>
          <Act name="escape" onAct={onStay}>
            Stay
          </Act>
        </div>
      ) : asked || view.status === "proposing" || tally.open === 0 ? (
        <div className={css.acts}>
          <Rest view={view} busy={asked || view.status === "proposing"} acts={acts} />
        </div>
      ) : (
        <div className={css.acts} data-typing={typing}>
          <Act name="a" primary disabled={idle} onAct={acts.accept}>
            Accept
          </Act>
          <Act name="r" disabled={idle} onAct={acts.reject}>
            Reject
          </Act>
          <Act name="e" disabled={idle} onAct={acts.amend}>
            Amend
          </Act>
          <Act name="u" onAct={acts.undo}>
            Undo
          </Act>
          <span className={css.gap} />
          <Act name="k" onAct={acts.previousEdit}>
            Previous
          </Act>
          <Act name="j" onAct={acts.nextEdit}>
            Next
          </Act>
          <span className={css.gap} />
          {same < 2 || intent === undefined ? null : (
            <span className={css.all}>
              <span className="quiet">
                all {same} {intent}
              </span>
              <Act name="shift+a" onAct={acts.acceptIntent}>
                Accept<span className="hidden">{` all ${same} ${intent}`}</span>
              </Act>
              <Act name="shift+r" onAct={acts.rejectIntent}>
                Reject<span className="hidden">{` all ${same} ${intent}`}</span>
              </Act>
            </span>
          )}
        </div>
      )}
    </section>
  );
}

/** Nothing is left to decide: what came of it, and how to go on. */
function Rest({
  view: { status, passes, pass, depthMax },
  busy,
  acts,
}: {
  readonly view: DocumentView;
  readonly busy: boolean;
  readonly acts: Acts;
}) {
  if (busy)
    return (
      <>
        <span className="machine">Proposers are reading the text.</span>
        <span className="quiet">You can go on writing; suggestions keep their place.</span>
      </>
    );
  const sum = (of: "proposed" | "accepted" | "amended" | "rejected") =>
    passes.reduce((total, one) => total + one[of], 0);
  const last = status === "done";
  return (
    <>
      <span>
        {last && sum("proposed") === 0 ? (
          <strong>The proposers found nothing to change.</strong>
        ) : last ? (
          <>
            <strong>Done after {plural(pass, "pass", "passes")}.</strong> Of{" "}
            <span className="machine">{count(sum("proposed"))} suggested</span> you{" "}
            <span className="person">
              accepted {count(sum("accepted"))}, amended {count(sum("amended"))} and rejected{" "}
              {count(sum("rejected"))}
            </span>
            .
          </>
        ) : (
          <strong>All of this pass is decided.</strong>
        )}
      </span>
      <Act name="n" primary={!last} onAct={acts.next}>
        {last ? "One more pass" : pass < depthMax ? "Next pass" : "Finish"}
      </Act>
      <button type="button" className="button" onClick={acts.changes}>
        See all that changed
      </button>
      <Act name="u" onAct={acts.undo}>
        Undo
      </Act>
    </>
  );
}

/** What was done last, and whose the keys are. */
function Notice({ manuscript, typing }: { manuscript: Manuscript; typing: boolean }) {
  const notice = useShown(manuscript, (shown) => shown.notice);
  return (
    <div className={css.notice}>
      <p role="status">
        {notice === null ? (
          <span className="quiet">Nothing decided in this sitting yet.</span>
        ) : (
          <span className="person">{notice}</span>
        )}
      </p>
      <p className="quiet">
        {typing ? (
          <>
            Letters type. <Key name="escape" /> leaves the text to the keys.
          </>
        ) : (
          <>
            Keys decide. <Key name="i" /> or a click goes into the text.
          </>
        )}
      </p>
    </div>
  );
}
