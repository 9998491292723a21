/** Decisions while a user waits, and what happened after them. */
import { createHash } from "node:crypto";
import type { Reason } from "#core/assessment.ts";
import type { Decided, DecideInput, Feedback } from "#core/decide.ts";
import { Problem, quoted } from "#core/errors.ts";
import { type ActorId, CorrectionId, ItemId } from "#core/ids.ts";
import { labelSchema, type Project } from "#core/project.ts";
import { labelKind } from "#correct/label.ts";
import { proposalId } from "#propose/proposal-id.ts";
import type { CaseRow, ItemRow } from "#store/store.ts";
import { assessNow } from "./assess.ts";
import { type Host, projectOf } from "./host.ts";
import { correctCase } from "./review.ts";
import { isIndexed } from "./rewrite-index.ts";
import { hasRewrites } from "./rewrite-projects.ts";
import { type Answered, answerRequest } from "./rewrite-request.ts";
import { takeTurns } from "./turns.ts";

const MODEL_DEFAULT = "model";
const ID_HEX_CHARS = 32;

/** A request rewritten, or left; or the risk of a proposal, and where it goes. */
export async function decide(host: Host, input: DecideInput): Promise<Decided> {
  const { projectId } = input;
  if (isIndexed(host, projectId)) return decideRewrite(host, input);
  const project = await projectOf(host, projectId);
  return hasRewrites(project.config)
    ? decideRewrite(host, input)
    : decideLabel(host, project, input);
}

async function decideRewrite(host: Host, input: DecideInput): Promise<Decided> {
  const { head, ...answer } = await answerRequest(host, input.projectId, input);
  return {
    route: "accept",
    risk: head === undefined ? null : riskOf(answer.arm, head),
    output: answer.text,
    reasons: head === undefined ? [] : [reasonOf(head)],
    lessonId: null,
    ruleId: answer.ruleId,
    arm: answer.arm,
    propensity: answer.propensity,
    itemId: null,
    queued: false,
  };
}

type Head = NonNullable<Answered["head"]>;

const riskOf = (arm: Answered["arm"], { fromSuccess, toSuccess }: Head): number =>
  1 - (arm === "treated" ? toSuccess : fromSuccess);

const reasonOf = ({ id, fromText, toText, fromSuccess, toSuccess }: Head): Reason => ({
  from: id,
  text: `${quoted(fromText)} ended well ${percent(fromSuccess)} of the time, ${quoted(toText)} ${percent(toSuccess)}`,
});

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

async function decideLabel(host: Host, project: Project, input: DecideInput): Promise<Decided> {
  const item = itemOf(project, input.itemId, input);
  const [row] = await assessNow(host, project, [item]);
  if (row?.assessment == null) throw new Error("an item has an assessment");
  const { route, risk, reasons, suggestion, lessonId } = row.assessment;
  const proposed = item.proposal?.output ?? null;
  const queued = input.queue && row.state === "open";
  if (queued) await queue(host, project, item, row);
  return {
    route,
    risk,
    output: route === "accept" ? proposed : (suggestion?.output ?? proposed),
    reasons: [...reasons],
    lessonId: lessonId ?? null,
    ruleId: null,
    arm: null,
    propensity: row.propensity,
    itemId: item.id,
    queued,
  };
}

type Given = Pick<DecideInput, "text" | "fields" | "proposal" | "votes">;

/** @throws Problem `bad-input` for a label that is none of the project's. */
function itemOf({ config }: Project, id: ItemId | undefined, given: Given): ItemRow {
  const schema = labelSchema(config);
  const { text, fields, proposal, votes } = given;
  for (const label of [proposal?.label, ...Object.values(votes)]) {
    const checked = label == null ? undefined : labelKind.check(label, schema);
    if (checked?.ok === false) throw checked.error;
  }
  const itemId = id ?? contentId(given);
  const model = proposal?.model ?? MODEL_DEFAULT;
  return {
    id: itemId,
    input: { text, fields },
    proposal:
      proposal === undefined
        ? null
        : {
            id: proposalId(itemId, model),
            itemId,
            source: { id: model, kind: "model", version: "1" },
            output: proposal.label,
            ...(proposal.confidence === undefined ? {} : { confidence: proposal.confidence }),
          },
    votes: Object.entries(votes).map(([source, output]) => ({ source, output })),
    gold: null,
    split: "pool",
  };
}

function contentId({ text, fields, proposal }: Given): ItemId {
  const hash = createHash("sha256")
    .update(JSON.stringify([text, fields, proposal]))
    .digest("hex");
  return ItemId.parse(`content-${hash.slice(0, ID_HEX_CHARS)}`);
}

/** The item with its case; where it is there already it stays as it is. */
async function queue(
  host: Host,
  { id }: Pick<Project, "id">,
  item: ItemRow,
  row: CaseRow,
): Promise<void> {
  async function* alone() {
    yield [item];
  }
  const { accepted } = await host.store.importItems(id, alone(), { format: "decide" });
  if (accepted === 0) return;
  await host.store.putCases(id, [row]);
  const { open: left } = await host.store.counts(id);
  host.live.publish({ kind: "queue-changed", projectId: id, left });
}

/** What happened after a decision. Durable before it resolves; said again, it is not taken twice. */
export async function takeFeedback(
  host: Host,
  feedback: Feedback,
  by: ActorId,
): Promise<{ taken: boolean }> {
  const { projectId } = feedback;
  switch (feedback.kind) {
    case "turn": {
      const { accepted } = await takeTurns(host, projectId, [feedback.turn]);
      return { taken: accepted > 0 };
    }
    case "signals": {
      const { turnId, signals, ts = host.clock.nowMs() } = feedback;
      const { accepted } = await takeTurns(host, projectId, [{ turnId, signals, ts }]);
      return { taken: accepted > 0 };
    }
    case "label":
      return { taken: await takeLabel(host, feedback, by) };
  }
}

async function takeLabel(
  host: Host,
  feedback: Extract<Feedback, { kind: "label" }>,
  by: ActorId,
): Promise<boolean> {
  const { projectId, itemId, label, item } = feedback;
  const project = await projectOf(host, projectId);
  labelSchema(project.config);
  if ((await host.store.case(projectId, itemId)) === undefined)
    await takeItem(host, project, itemId, item);
  const row = await host.store.case(projectId, itemId);
  const before = row?.version ?? 0;
  const said = label === null ? "rejected" : `is ${label}`;
  const hash = createHash("sha256").update(`${itemId}\n${said}`).digest("hex");
  await correctCase(host, {
    projectId,
    itemId,
    by,
    input: {
      id: feedback.id ?? CorrectionId.parse(`feedback-${hash.slice(0, ID_HEX_CHARS)}`),
      version: before,
      decision: label === null ? "rejected" : "edited",
      after: label,
      effort: { ms: 0, gestures: 0, edit: 0 },
    },
  });
  return ((await host.store.case(projectId, itemId))?.version ?? 0) > before;
}

/** An item that was decided and did not go into the queue comes in now, since something is known of it. */
async function takeItem(
  host: Host,
  project: Project,
  itemId: ItemId,
  given: Given | undefined,
): Promise<void> {
  if (given === undefined)
    throw new Problem("not-found", `There is no item "${itemId}" in this project`, {
      hint: "Decide with `queue`, or send the `item` with what is right of it.",
    });
  const item = itemOf(project, itemId, given);
  const [row] = await assessNow(host, project, [item]);
  if (row !== undefined) await queue(host, project, item, row);
}
