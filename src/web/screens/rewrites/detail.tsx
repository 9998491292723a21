import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { RewriteDetail, RewriteView, SuccessRate } from "#core/rewrite.ts";
import { normaliseUtterance } from "#correct/utterance.ts";
import { count, fixed, plural, probability } from "#web/app/format.ts";
import { Empty, Failure, Lines } from "#web/app/parts.tsx";
import css from "./detail.module.css";
import { EgoGraph } from "./ego-graph.tsx";
import { Rates } from "./rates.tsx";
import { StateChips } from "./rewrite-table.tsx";

const SESSIONS_MAX = 6;
/** BCP 47 for a language nobody stated. */
const LOCALE_UNSTATED = "und";

const levelOf = ({ interval }: SuccessRate): string => `${Math.round(interval.level * 100)} %`;

interface Props {
  /** The rewrite in hand, as the list has it; what the server knows beyond comes with `detail`. */
  readonly open: RewriteView | undefined;
  readonly detail: UseQueryResult<RewriteDetail>;
}

/** The evidence of one rewrite. */
export function Detail({ open, detail }: Props) {
  if (open === undefined)
    return (
      <aside className={css.pane} aria-label="Evidence">
        {detail.error !== null ? (
          <Failure
            error={detail.error}
            retry={() => void detail.refetch()}
            what="This rewrite could not be read"
          />
        ) : detail.isFetching ? (
          <Lines widths={[60, 40, 90, 80]} />
        ) : (
          <Empty title="Choose a rewrite">Its evidence is shown here.</Empty>
        )}
      </aside>
    );
  const known = detail.data?.rewrite.id === open.id ? detail.data : undefined;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus to be scrolled by keys
    <aside className={css.pane} aria-label="Evidence" tabIndex={0}>
      <Head open={open} />
      <Mined open={open} />
      {detail.error !== null && known === undefined ? (
        <Failure
          error={detail.error}
          retry={() => void detail.refetch()}
          what="The rest of the evidence could not be read"
        />
      ) : (
        <>
          <Section title="Where users went from the request">
            {known === undefined ? (
              <div className={css.coming}>
                <Lines widths={[90, 70, 80, 60]} />
              </div>
            ) : (
              <EgoGraph graph={known.graph} toText={open.toText} />
            )}
          </Section>
          <Outcomes known={known} />
        </>
      )}
      <Sessions open={open} sessions={known?.sessions ?? open.examples} />
    </aside>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={css.section}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Head({ open }: { readonly open: RewriteView }) {
  const { fromText, toText, because, edited, locale } = open;
  return (
    <header className={css.head}>
      <h2>
        <span className={css.from}>{fromText}</span>
        <span className={edited ? `${css.to} person` : `${css.to} machine`}>
          <span className="quiet" aria-hidden="true">
            →{" "}
          </span>
          <span className="hidden">is rewritten to </span>
          {toText}
        </span>
      </h2>
      <div className={css.standing}>
        <StateChips view={open} />
        {locale === "" || locale === LOCALE_UNSTATED ? null : (
          <span className="quiet">{locale}</span>
        )}
      </div>
      <p className={css.under}>{because}</p>
    </header>
  );
}

/** What the turns say of both wordings, before any rewriting. */
function Mined({ open }: { readonly open: RewriteView }) {
  const { from, to, share, score, users, edited } = open;
  return (
    <Section title={`How often each ends well, ${levelOf(from)} intervals`}>
      <Rates
        rows={[
          { id: "from", label: "as asked", tone: "plain", rate: from },
          { id: "to", label: edited ? "as mined" : "rewritten", tone: "machine", rate: to },
        ]}
      />
      <p className={css.under}>
        {fixed(share * 100, 0)} % of the success after this request came through this wording (
        {probability(score)} of all who asked); {plural(users, "person", "people")} went this way.
      </p>
    </Section>
  );
}

/** What happened where it was applied, against where it was held out, and what the guard makes of it. */
function Outcomes({ known }: { readonly known: RewriteDetail | undefined }) {
  const seen = known?.treated ?? known?.holdOut ?? null;
  return (
    <Section title={`Since it is applied${seen === null ? "" : `, ${levelOf(seen)} intervals`}`}>
      {known === undefined ? (
        <Lines widths={[80, 80]} />
      ) : (
        <>
          <Rates
            rows={[
              { id: "treated", label: "applied", tone: "learned", rate: known.treated },
              { id: "hold-out", label: "held out", tone: "plain", rate: known.holdOut },
            ]}
          />
          <p className={css.guard} data-verdict={known.guard.verdict}>
            <strong>Guard: {known.guard.verdict}</strong>
            <span className={css.because}>{known.guard.because}</span>
          </p>
        </>
      )}
    </Section>
  );
}

/** Whether an utterance says the request, or what it is rewritten to, however it is written. */
function roleOf(utterance: string, { fromText, toText }: RewriteView): "from" | "to" | undefined {
  const key = normaliseUtterance(utterance);
  if (key === normaliseUtterance(fromText)) return "from";
  return key === normaliseUtterance(toText) ? "to" : undefined;
}

/** A few sessions, each the way one user took. */
function Sessions({
  open,
  sessions,
}: {
  readonly open: RewriteView;
  readonly sessions: readonly (readonly string[])[];
}) {
  const shown = sessions.slice(0, SESSIONS_MAX);
  return (
    <Section title="Sessions that show it">
      {shown.length === 0 ? <p className="quiet">None was kept.</p> : null}
      <ol className={css.sessions}>
        {shown.map((session, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: sessions have no identity, and two may be alike
          <li key={i}>
            <ol className={css.path}>
              {session.map((utterance, step) => (
                <li
                  // biome-ignore lint/suspicious/noArrayIndexKey: a path may come by the same words twice
                  key={step}
                  data-role={roleOf(utterance, open)}
                >
                  {utterance}
                </li>
              ))}
            </ol>
          </li>
        ))}
      </ol>
      {sessions.length > shown.length ? (
        <p className="quiet">and {count(sessions.length - shown.length)} more</p>
      ) : null}
    </Section>
  );
}
