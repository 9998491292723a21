import { createHash } from "node:crypto";
import { type ItemId, ProposalId } from "#core/ids.ts";

const ID_CHARS_MAX = 200;

/** The same item and source always give the same id: a repeated run proposes nothing twice. */
export function proposalId(itemId: ItemId, source: string): ProposalId {
  const plain = `${itemId}#${source}`;
  if (plain.length <= ID_CHARS_MAX) return ProposalId.parse(plain);
  const digest = createHash("sha256").update(plain).digest("hex").slice(0, 32);
  return ProposalId.parse(`${plain.slice(0, ID_CHARS_MAX - 33)}#${digest}`);
}
