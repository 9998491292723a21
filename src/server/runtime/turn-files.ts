import type { ProjectId } from "#core/ids.ts";
import type { TurnsReport } from "#core/rewrite.ts";
import type { ImportInput } from "#formats/format.ts";
import { type TurnFormatId, turnFormat } from "#formats/turns.ts";
import { type Host, projectOf } from "./host.ts";
import { rewriteProject } from "./rewrite-projects.ts";
import { takeBatches } from "./turns.ts";

/** Turns of a file, streamed. */
export async function importTurns(
  host: Host,
  id: ProjectId,
  {
    format,
    input,
    signal,
  }: {
    readonly format: TurnFormatId;
    readonly input: ImportInput;
    readonly signal?: AbortSignal;
  },
): Promise<TurnsReport> {
  rewriteProject(await projectOf(host, id));
  return takeBatches(host, id, turnFormat(format).read(input, { ...(signal && { signal }) }));
}
