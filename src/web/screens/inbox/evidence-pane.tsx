import type { CaseView, VoteView } from "#core/views.ts";
import { ago, plural, probability } from "#web/app/format.ts";
import { AlertIcon } from "#web/app/icons.tsx";
import css from "./evidence-pane.module.css";
import { showEvidence, voteId } from "./highlighted.tsx";
import type { Decided } from "./session.ts";
import { Similar } from "./similar.tsx";

interface Props {
  readonly projectId: string;
  readonly open: CaseView;
  /** What was decided of it in this sitting. */
  readonly made: Decided | undefined;
  readonly asking: boolean;
  readonly askProblem: Error | null;
  readonly lit: string | null;
  readonly onLight: (source: string | null) => void;
  readonly onOpen: (itemId: string) => void;
}

export function EvidencePane(props: Props) {
  const { projectId, open, made, asking, askProblem, lit, onLight, onOpen } = props;
  const blind = !open.suggestionShown;
  return (
    <aside className={css.pane} aria-label="Evidence">
      {made === undefined ? null : <Yours made={made} />}
      {open.audit ? (
        <p className={css.note}>
          <span className="chip">audit</span> Drawn at random from what would go out unseen: from
          these the error of the unreviewed is known.
        </p>
      ) : null}
      {open.waitingFor === null ? null : (
        <p className={css.note} role="status">
          <AlertIcon /> Waiting: {open.waitingFor}
        </p>
      )}
      {askProblem === null ? null : (
        <p className={css.note} role="alert">
          <AlertIcon /> Asking again did not work: {askProblem.message}
        </p>
      )}
      {blind ? (
        <p className={css.note}>
          <span className="chip">blind</span> Shown without the suggestion, to measure its
          influence.
        </p>
      ) : (
        <Says open={open} asking={asking} />
      )}
      <Votes open={open} blind={blind} lit={lit} onLight={onLight} />
      {blind ? null : <Similar projectId={projectId} itemId={open.itemId} onOpen={onOpen} />}
      <section className={css.section}>
        <h3>Why this one</h3>
        <p className={css.why}>{open.why}</p>
        {blind ? null : (
          <ul className={css.reasons}>
            {open.assessment?.reasons.map(({ from, text }) => (
              <li key={`${from} ${text}`}>{text}</li>
            ))}
          </ul>
        )}
      </section>
      <History open={open} />
    </aside>
  );
}

function Yours({ made }: { readonly made: Decided }) {
  return (
    <p className={css.yours}>
      You {made.kind === "skipped" ? "skipped it" : made.kind}
      {made.label === null ? "" : " "}
      <strong>{made.label}</strong>
    </p>
  );
}

/** What the machines say: the proposal, and the harmoniser's own label with its probability. */
function Says({ open, asking }: { readonly open: CaseView; readonly asking: boolean }) {
  const { proposal, assessment } = open;
  const suggestion = assessment?.suggestion ?? null;
  const risk = assessment?.risk ?? null;
  return (
    <dl className={css.says} aria-busy={asking}>
      <div>
        <dt>Proposed</dt>
        <dd>
          <span className={css.big}>{asking ? "asking…" : (proposal?.output ?? "no answer")}</span>
          <span className={css.by}>
            {proposal === null
              ? "nobody proposed"
              : `${proposal.source}${proposal.confidence === null ? "" : `, says ${probability(proposal.confidence)} sure`}`}
          </span>
        </dd>
      </div>
      {suggestion === null ? null : (
        <div>
          <dt>Harmoniser</dt>
          <dd>
            <span className={css.big}>
              {suggestion.output}{" "}
              <span className={css.p}>{probability(suggestion.probability)}</span>
            </span>
            <span className={css.by}>
              {suggestion.output === proposal?.output
                ? "agrees with the proposal"
                : "disagrees with the proposal"}
            </span>
          </dd>
        </div>
      )}
      {risk === null ? null : (
        <div>
          <dt>Risk</dt>
          <dd className={css.riskRow}>
            <span className={css.track}>
              <span className={css.fill} style={{ width: `${risk * 100}%` }} />
            </span>
            <span>{probability(risk)} that the proposal is wrong</span>
          </dd>
        </div>
      )}
    </dl>
  );
}

function Votes({
  open,
  blind,
  lit,
  onLight,
}: Pick<Props, "open" | "lit" | "onLight"> & { readonly blind: boolean }) {
  const cast = open.votes
    .filter(({ output }) => output !== null)
    .toSorted((a, b) => (b.weight ?? 0) - (a.weight ?? 0));
  const silent = open.votes.filter(({ output }) => output === null);
  const proposed = open.proposal?.output ?? null;
  const heaviest = Math.max(...cast.map(({ weight }) => weight ?? 0), 1e-9);
  return (
    <section className={css.section}>
      <h3>
        Votes <span className="quiet">{cast.length === 0 ? "none" : cast.length}</span>
      </h3>
      <ul className={css.votes}>
        {cast.map((vote) => (
          <li key={vote.source}>
            <Vote
              vote={vote}
              blind={blind}
              against={proposed !== null && vote.output !== proposed}
              relative={(vote.weight ?? 0) / heaviest}
              lit={lit === vote.source}
              onLight={onLight}
            />
          </li>
        ))}
      </ul>
      {silent.length === 0 ? null : (
        <details className={css.silent}>
          <summary>{plural(silent.length, "rule")} said nothing</summary>
          <p>{silent.map(({ title }) => title).join(", ")}</p>
        </details>
      )}
    </section>
  );
}

interface VoteProps {
  readonly vote: VoteView;
  readonly blind: boolean;
  readonly against: boolean;
  /** Its weight as a share of the heaviest vote's. */
  readonly relative: number;
  readonly lit: boolean;
  readonly onLight: (source: string | null) => void;
}

function Vote({ vote, blind, against, relative, lit, onLight }: VoteProps) {
  const { source, title, output, weight, because, evidence = [] } = vote;
  return (
    <button
      type="button"
      id={voteId(source)}
      className={css.vote}
      data-lit={lit}
      title={blind ? undefined : because}
      onMouseEnter={() => onLight(source)}
      onMouseLeave={() => onLight(null)}
      onFocus={() => onLight(source)}
      onBlur={() => onLight(null)}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => showEvidence(source)}
    >
      <span className={css.voteTitle}>
        {title}
        {evidence.length === 0 ? null : (
          <span className={css.where}> {plural(evidence.length, "place")}</span>
        )}
      </span>
      {blind ? null : (
        <>
          <span className={css.stance} data-against={against || undefined}>
            {output}
          </span>
          <span className={css.weight}>
            <span className={css.track}>
              <span className={css.fill} style={{ width: `${relative * 100}%` }} />
            </span>
            {weight === null ? "–" : probability(weight)}
          </span>
        </>
      )}
    </button>
  );
}

/** What people said of it before, newest first. */
function History({ open }: { readonly open: CaseView }) {
  if (open.corrections.length === 0) return null;
  return (
    <section className={css.section}>
      <h3>Before</h3>
      <ul className={css.reasons}>
        {open.corrections.toReversed().map(({ id, by, decision, after, atMs }) => (
          <li key={id} className="person">
            {by.id} {decision} {after ?? ""} <span className="quiet">{ago(atMs, Date.now())}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
