/** Records of a project by their ids, or a problem that says there is none. */
import type { Correction } from "#core/correction.ts";
import { Problem } from "#core/errors.ts";
import type { CorrectionId, ItemId, ProjectId } from "#core/ids.ts";
import type { CaseRow, ItemRow } from "#store/store.ts";
import type { Host } from "./host.ts";

export const noSuchCorrection = (id: CorrectionId): Problem =>
  new Problem("not-found", `There is no correction "${id}" in this project`);

export const noSuchItem = (itemId: ItemId): Problem =>
  new Problem("not-found", `There is no item "${itemId}" in this project`);

/** @throws Problem `not-found`. */
export async function caseOf(host: Host, id: ProjectId, itemId: ItemId): Promise<CaseRow> {
  const row = await host.store.case(id, itemId);
  if (row === undefined) throw noSuchItem(itemId);
  return row;
}

/** @throws Problem `not-found`. */
export async function itemOf(host: Host, id: ProjectId, itemId: ItemId): Promise<ItemRow> {
  const item = await host.store.item(id, itemId);
  if (item === undefined) throw noSuchItem(itemId);
  return item;
}

/** @throws Problem `not-found`. */
export async function correctionOf(
  host: Host,
  id: ProjectId,
  correctionId: CorrectionId,
): Promise<Correction<string>> {
  const { answers } = await host.states.of(id);
  const known = answers.find((answer) => answer.id === correctionId);
  const ofItem = known && (await host.store.corrections(id, { itemId: known.itemId }));
  const made = ofItem?.find((correction) => correction.id === correctionId);
  if (made !== undefined) return made;
  throw noSuchCorrection(correctionId);
}
