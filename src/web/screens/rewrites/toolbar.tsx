import { Menu } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import type { RewritePage, RewriteState } from "#core/rewrite.ts";
import { href, path, query } from "#web/app/api.ts";
import { count } from "#web/app/format.ts";
import { ChevronIcon, DownloadIcon } from "#web/app/icons.tsx";
import { Key } from "#web/app/parts.tsx";
import { REWRITE_STATES } from "#web/app/search.ts";
import css from "./rewrites.module.css";
import { STATE_MEANS, STATE_TONE } from "./words.ts";

export const FILTER_ID = "rewrite-filter";
const TYPING_RESTS_MS = 200;
export const WORDS_CHARS_MAX = 200;

const EXPORTS = [
  { format: "jsonl", state: undefined, title: "JSONL, all with evidence" },
  { format: "csv", state: "live", title: "CSV, those live" },
  { format: "solr", state: "live", title: "Solr synonyms, those live" },
] as const;

interface Props {
  readonly projectId: string;
  readonly state: RewriteState | undefined;
  readonly q: string;
  readonly totals: RewritePage["totals"] | undefined;
  /** Something changed on the server that the list does not show yet. */
  readonly stale: boolean;
  readonly onFilter: (next: { state?: RewriteState | undefined; q?: string | undefined }) => void;
  readonly onReread: () => void;
  readonly onImport: () => void;
  readonly onReplay: () => void;
}

/** What the list shows, and the ways in and out. */
export function Toolbar(props: Props) {
  const { projectId, state, q, totals, stale, onFilter, onReread, onImport, onReplay } = props;
  const all =
    totals === undefined ? undefined : REWRITE_STATES.reduce((sum, one) => sum + totals[one], 0);
  return (
    <div className={css.toolbar}>
      <Words q={q} onWords={(words) => onFilter({ q: words })} />
      <fieldset className={css.states}>
        <legend className="hidden">State</legend>
        <State
          title="all"
          n={all}
          chosen={state === undefined}
          onChoose={() => onFilter({ state: undefined })}
        />
        {REWRITE_STATES.map((one) => (
          <State
            key={one}
            title={one}
            tone={STATE_TONE[one]}
            means={STATE_MEANS[one]}
            n={totals?.[one]}
            chosen={state === one}
            onChoose={() => onFilter({ state: state === one ? undefined : one })}
          />
        ))}
      </fieldset>
      {stale ? (
        <button type="button" className="button small" onClick={onReread}>
          The list has changed: read it again
        </button>
      ) : null}
      <span className={css.spring} />
      <button type="button" className="button small" onClick={onReplay}>
        Replay <Key name="r" />
      </button>
      <button type="button" className="button small" onClick={onImport}>
        Import turns <Key name="i" />
      </button>
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <button type="button" className="button small">
            Export <ChevronIcon size={12} />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {EXPORTS.map(({ format, state: which, title }) => (
            <Menu.Item
              key={format}
              component="a"
              href={href(
                path`/projects/${projectId}/rewrites/export` + query({ format, state: which }),
              )}
              download
              leftSection={<DownloadIcon size={14} />}
            >
              {title}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

/** The address follows what is typed once the typing rests. */
function Words({ q, onWords }: { readonly q: string; readonly onWords: (words: string) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const say = useDebouncedCallback(onWords, TYPING_RESTS_MS);
  const set = (words: string) => {
    setTyped(words);
    say(words);
  };
  return (
    <div className={css.filter}>
      <input
        id={FILTER_ID}
        type="search"
        placeholder="Filter"
        aria-label="Filter the list"
        value={typed ?? q}
        maxLength={WORDS_CHARS_MAX}
        onChange={(event) => set(event.currentTarget.value)}
        onBlur={() => {
          say.flush();
          setTyped(null);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") set("");
          if (event.key === "Escape" || event.key === "Enter") event.currentTarget.blur();
        }}
      />
      <Key name="/" />
    </div>
  );
}

function State({
  title,
  tone = "plain",
  means,
  n,
  chosen,
  onChoose,
}: {
  readonly title: string;
  readonly tone?: string;
  readonly means?: string;
  readonly n: number | undefined;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}) {
  return (
    <button type="button" aria-pressed={chosen} title={means} onClick={onChoose}>
      <span className={tone === "plain" ? undefined : tone}>{title}</span>
      {n === undefined ? null : <span className="quiet"> {count(n)}</span>}
    </button>
  );
}
