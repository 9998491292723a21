import { standing } from "#core/correction.ts";
import type { ItemId, ProjectId } from "#core/ids.ts";
import { type Host, perStore } from "./host.ts";
import type { ProjectState } from "./state.ts";

/** Open cases read at most; of more, a random sample this large stands for all. */
const OPEN_CASES_MAX = 10_000;
const PAGE_ROWS = 500;

export interface OpenCases {
  /** Risks of the open cases that are no audits. */
  readonly risks: readonly number[];
  readonly audits: number;
  /** Share of the open cases that was read. */
  readonly sampled: number;
}

interface Read {
  /** Null where there is no proposal to be wrong. */
  readonly cases: readonly {
    readonly itemId: ItemId;
    readonly risk: number | null;
    readonly audit: boolean;
  }[];
  readonly sampled: number;
}

const keptOf = perStore(
  () => new Map<ProjectId, { readonly key: string; readonly read: Promise<Read> }>(),
);

/**
 * The open cases by their risks: read once a lesson, import or config; answers given since are taken out here.
 * `assessed`: a mark that changes when an assessment of the project has ended.
 */
export async function openCases(
  host: Host,
  id: ProjectId,
  { importedSeq, configSeq, lessonSeq, answers, assessed }: ProjectState,
): Promise<OpenCases> {
  const kept = keptOf(host);
  const key = `${importedSeq}/${configSeq}/${lessonSeq}/${assessed}`;
  const known = kept.get(id);
  const read = known?.key === key ? known.read : readOpen(host, id);
  kept.set(id, { key, read });
  const { cases, sampled } = await read.catch((error: unknown) => {
    kept.delete(id);
    throw error;
  });
  const answered = new Set(standing(answers).map(({ itemId }) => itemId));
  const open = cases.filter(({ itemId }) => !answered.has(itemId));
  return {
    risks: open.flatMap(({ risk, audit }) => (audit || risk === null ? [] : [risk])),
    audits: Math.round(open.filter(({ audit }) => audit).length / sampled),
    sampled,
  };
}

async function readOpen(host: Host, id: ProjectId): Promise<Read> {
  const { open } = await host.store.counts(id);
  const cases: Read["cases"][number][] = [];
  let cursor: string | null = "";
  while (cursor !== null && cases.length < OPEN_CASES_MAX) {
    // In random order the first rows are a random sample.
    const page: Awaited<ReturnType<Host["store"]["queue"]>> = await host.store.queue(id, {
      order: "random",
      limit: PAGE_ROWS,
      ...(cursor === "" ? {} : { cursor }),
    });
    for (const { itemId, assessment, audit } of page.rows)
      cases.push({ itemId, risk: assessment?.risk ?? null, audit });
    cursor = page.next;
  }
  return { cases, sampled: cursor === null ? 1 : cases.length / open };
}
