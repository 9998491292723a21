import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { CaseView } from "#core/views.ts";
import { Key, Lines } from "#web/app/parts.tsx";
import { Highlighted } from "./highlighted.tsx";
import css from "./item-pane.module.css";

interface Props {
  readonly open: CaseView;
  readonly html: boolean;
  /** The source whose evidence is lit up. */
  readonly lit: string | null;
  readonly onLight: (source: string | null) => void;
}

/** Fields of a mail shown in its head, in this order; the rest fold away. */
const HEAD = ["from", "to", "date"] as const;

export function ItemPane({ open, html, lit, onLight }: Props) {
  const { fields } = open.item;
  const scroller = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);

  // The external system is the scroll position: a new item begins at its top, or at its first evidence below the fold.
  // biome-ignore lint/correctness/useExhaustiveDependencies: anew for each item, not for its later versions
  useEffect(() => {
    if (scroller.current !== null) scroller.current.scrollTop = 0;
    const mark = body.current?.querySelector("mark");
    if (!(mark instanceof HTMLElement) || scroller.current === null) return;
    const fold = scroller.current.getBoundingClientRect().bottom;
    if (mark.getBoundingClientRect().top > fold) mark.scrollIntoView({ block: "center" });
  }, [open.itemId, html]);

  const highlight = { open, lit, onLight };
  const subject = fields.subject;
  const others = Object.entries(fields).filter(
    ([name]) => name !== "subject" && !HEAD.some((head) => head === name),
  );
  return (
    <article className={css.pane} aria-label="Item">
      <header className={css.head}>
        <div className={css.top}>
          <h2>
            {subject === undefined ? (
              open.itemId
            ) : subject === "" ? (
              <span className="quiet">No subject</span>
            ) : (
              <Highlighted field="subject" text={String(subject)} {...highlight} />
            )}
          </h2>
          {open.item.html === undefined ? null : <ViewToggle html={html} />}
        </div>
        <dl className={css.fields}>
          {HEAD.map((name) =>
            fields[name] === undefined ? null : (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <Highlighted field={name} text={String(fields[name])} {...highlight} />
                </dd>
              </div>
            ),
          )}
        </dl>
        {others.length === 0 ? null : (
          <details className={css.more}>
            <summary>{others.length} more fields</summary>
            <dl className={css.fields}>
              {others.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>
                    <Highlighted field={name} text={String(value)} {...highlight} />
                  </dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </header>
      {html && open.item.html !== undefined ? (
        <MailFrame html={open.item.html} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus to be scrolled by keys
        <section ref={scroller} className={css.scroller} tabIndex={0} aria-label="Text">
          <div ref={body} className={css.body}>
            <Highlighted field="text" text={open.item.text} {...highlight} />
            {open.item.text === "" ? <p className="quiet">This item has no text.</p> : null}
          </div>
        </section>
      )}
    </article>
  );
}

function ViewToggle({ html }: { readonly html: boolean }) {
  const navigate = useNavigate({ from: "/p/$projectId/inbox/{-$itemId}" });
  const show = (view: "html" | undefined) =>
    void navigate({
      params: true,
      replace: true,
      search: ({ view: _old, ...rest }) => (view === undefined ? rest : { ...rest, view }),
    });
  return (
    <fieldset className={css.toggle}>
      <legend className="hidden">View</legend>
      <button type="button" aria-pressed={!html} onClick={() => show(undefined)}>
        Text
      </button>
      <button type="button" aria-pressed={html} onClick={() => show("html")}>
        HTML
      </button>
      <Key name="h" />
    </fieldset>
  );
}

/** Nothing a mail brings may run, be fetched, or lead away. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const FRAME_HEAD = `<meta http-equiv="Content-Security-Policy" content="${POLICY}"><base target="_blank"><style>html{background:#fff;color:#222;font:14px/1.5 system-ui,sans-serif}a{pointer-events:none!important}</style>`;

/** The mail's own markup in a frame with every permission taken: no script, no form, no network, no link. */
function MailFrame({ html }: { readonly html: string }) {
  return (
    <iframe
      className={css.frame}
      title="The mail as HTML, remote content blocked"
      sandbox=""
      referrerPolicy="no-referrer"
      srcDoc={FRAME_HEAD + html}
    />
  );
}

export function ItemSkeleton() {
  return (
    <div className={css.skeleton} role="status" aria-label="Loading the item">
      <Lines widths={[46, 28]} />
      <Lines widths={[94, 88, 97, 72, 0, 91, 84, 95, 40]} />
    </div>
  );
}
