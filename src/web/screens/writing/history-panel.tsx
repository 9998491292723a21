import { useNavigate } from "@tanstack/react-router";
import { ago, count, plural } from "#web/app/format.ts";
import type { Manuscript } from "#web/editors/text/manuscript.ts";
import css from "./panel.module.css";
import { useShown } from "./use-manuscript.ts";

interface Props {
  readonly projectId: string;
  readonly documentId: string;
  readonly manuscript: Manuscript;
  readonly chosen: number | undefined;
}

/** Every text the document was, and what came of each pass. */
export function HistoryPanel({ projectId, documentId, manuscript, chosen }: Props) {
  const navigate = useNavigate({ from: "/p/$projectId/writing/{-$documentId}" });
  const view = useShown(manuscript, (shown) => shown.view);
  const tally = useShown(manuscript, ({ review }) => review.tally);
  // The pass in hand is known better here than where its last decisions are still on their way to.
  const passes = view.passes.map((one) => (one.pass === view.pass ? { ...one, ...tally } : one));
  const nowMs = Date.now();
  const look = (version: number | undefined) =>
    void navigate({
      params: { projectId, documentId },
      search: ({ version: _old, ...rest }) => (version === undefined ? rest : { ...rest, version }),
      replace: true,
    });
  return (
    <>
      <h2>History</h2>
      <p className="quiet">Choose a version to see what changed since, and to restore it.</p>
      <ol className={css.versions} reversed>
        <li>
          <button
            type="button"
            className={css.version}
            aria-pressed={chosen === undefined}
            onClick={() => look(undefined)}
          >
            <strong>Now</strong>
          </button>
        </li>
        {view.versions.toReversed().map(({ version, why, words, atMs }) => (
          <li key={version}>
            <button
              type="button"
              className={css.version}
              aria-pressed={chosen === version}
              onClick={() => look(version)}
            >
              <span>
                <strong>{version}</strong> {why}
              </span>
              <span className="quiet">
                {plural(words, "word")}, {ago(atMs, nowMs)}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {passes.length === 0 ? null : (
        <>
          <h3>Passes</h3>
          <div className={css.scroll}>
            <table className="data">
              <thead>
                <tr>
                  <th scope="col">Pass</th>
                  <th scope="col" className="number">
                    proposed
                  </th>
                  <th scope="col" className="number">
                    accepted
                  </th>
                  <th scope="col" className="number">
                    amended
                  </th>
                  <th scope="col" className="number">
                    rejected
                  </th>
                </tr>
              </thead>
              <tbody>
                {passes.map(({ pass, proposed, accepted, amended, rejected }) => (
                  <tr key={pass}>
                    <th scope="row">{pass}</th>
                    <td className="number machine">{count(proposed)}</td>
                    <td className="number person">{count(accepted)}</td>
                    <td className="number person">{count(amended)}</td>
                    <td className="number person">{count(rejected)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </>
  );
}
