/** The one outbox of this page, joined to the server and to the browser's storage. */
import { useSyncExternalStore } from "react";
import type { RewriteView } from "#core/rewrite.ts";
import type { CaseView, CorrectionAnswer } from "#core/views.ts";
import { type ComparisonAct, deliverComparison } from "#web/editors/comparison/deliver.ts";
import { deliverEpisode, type EpisodeAct, NotTaken } from "#web/editors/episode/deliver.ts";
import type { DocumentAct } from "#web/editors/text/acts.ts";
import { deliver as deliverToDocument, Overtaken } from "#web/editors/text/deliver.ts";
import { ApiProblem, get, path, post, put } from "./api.ts";
import { type Act, type Entry, Outbox, type OutboxState, type Sent } from "./outbox.ts";
import { progressQuery, putRewrite, queryClient } from "./queries.ts";
import { reviewer } from "./reviewer.ts";

const LOCK = "emend/outbox";

async function deliver({ act, reviewer: by }: Entry): Promise<void> {
  const headers = { "X-Reviewer": by };
  const at = path`/projects/${act.projectId}`;
  const caseAt = at + path`/cases/${act.itemId}`;
  switch (act.kind) {
    case "skip":
      await post(`${caseAt}/skip`, {}, headers);
      return;
    case "undo":
      await undo(act, at, headers);
      return;
    case "document":
      await document(act, at, headers);
      return;
    case "episode-rows":
    case "episode-end":
      await episode(act, at, headers);
      return;
    case "compare":
    case "take-back":
    case "pass-over":
    case "bring-back":
      await comparison(act, at, headers);
      return;
    case "rewrite":
      putRewrite(act.projectId, await say(act, at, headers));
      return;
    case "correct": {
      const version = act.rebase ? (await get<CaseView>(caseAt)).version : act.input.version;
      const answer = await post<CorrectionAnswer>(
        `${caseAt}/corrections`,
        { ...act.input, version },
        headers,
      );
      queryClient.setQueryData(["left", act.projectId], answer.left);
      queryClient.setQueryData(["until-refit", act.projectId], answer.untilRefit);
    }
  }
}

const episode = (act: EpisodeAct, at: string, headers: Record<string, string>) =>
  deliverEpisode(act, {
    put: (path, body) => put(at + path, body, headers),
    post: (path, body) => post(at + path, body, headers),
    statusOf: (error) => (error instanceof ApiProblem ? error.status : null),
  });

async function comparison(act: ComparisonAct, at: string, headers: Record<string, string>) {
  const { left, compared, untilRefit } = await deliverComparison(act, {
    post: (path, body) => post(at + path, body, headers),
  });
  queryClient.setQueryData(progressQuery(act.projectId).queryKey, { left, compared, untilRefit });
}

/** What is said of a rewrite sets it, so saying it twice changes nothing. */
function say(
  { itemId, said }: Act & { kind: "rewrite" },
  at: string,
  headers: Record<string, string>,
): Promise<RewriteView> {
  const rewriteAt = at + path`/rewrites/${itemId}`;
  return said === "not-the-same"
    ? post<RewriteView>(`${rewriteAt}/not-the-same`, {}, headers)
    : post<RewriteView>(rewriteAt, said, headers);
}

/** A repeated undo of what is already undone has done its work. */
async function undo(act: Act & { kind: "undo" }, at: string, headers: Record<string, string>) {
  try {
    const answer = await post<CorrectionAnswer>(
      at + path`/corrections/${act.correctionId}/undo`,
      {},
      headers,
    );
    queryClient.setQueryData(["left", act.projectId], answer.left);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 409) throw error;
  }
}

/** Version of each document as the server said it last, of what this page knows. */
const versions = new Map<string, number>();

async function document(act: DocumentAct, at: string, headers: Record<string, string>) {
  const { itemId } = act;
  const known = versions.get(itemId);
  // Until it is answered nobody knows whether it went through.
  versions.delete(itemId);
  const documentAt = at + path`/documents/${itemId}`;
  const version = await deliverToDocument(act, known, {
    read: () => get(documentAt),
    post: (verb, body) => post(`${documentAt}/${verb}`, body, headers),
    isConflict: (error) => error instanceof ApiProblem && error.status === 409,
  });
  versions.set(itemId, version);
}

async function send(entry: Entry): Promise<Sent> {
  try {
    await deliver(entry);
  } catch (error) {
    if (error instanceof Overtaken || error instanceof NotTaken)
      return { kind: "refused", why: error.message };
    if (!(error instanceof ApiProblem)) throw error;
    if (error.passing) return { kind: "later" };
    return { kind: "refused", why: [error.message, ...error.lines].join(". ") };
  }
  const { projectId, itemId } = entry.act;
  // The version has grown: read the case anew when it is next looked at.
  void queryClient.invalidateQueries({ queryKey: ["project", projectId, "case", itemId] });
  return { kind: "sent" };
}

let wake: () => void = () => {};

const outbox = new Outbox({
  shelf: localStorage,
  send,
  nowMs: () => Date.now(),
  pause: (ms) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    }),
  alone: (work) =>
    "locks" in navigator ? navigator.locks.request(LOCK, () => work()).then(() => {}) : work(),
});

/** Sends what an earlier page left behind and hurries when the network comes back; called once. */
export function startSync(): void {
  void outbox.drain();
  window.addEventListener("online", () => wake());
  window.addEventListener("storage", outbox.refresh);
}

export const sync = {
  add: (act: Act, holdMs = 0): Entry => outbox.add(act, reviewer(), holdMs),
  amend: (key: string, act: Act, holdMs: number): boolean => outbox.amend(key, act, holdMs),
  release: (key: string): void => {
    outbox.release(key);
    wake();
  },
  /** A document was read: nothing of it waits to be sent. */
  saw: (documentId: string, version: number): void => void versions.set(documentId, version),
  versionOf: (documentId: string): number | undefined => versions.get(documentId),
  /** Whether anything done to an item waits to be sent. */
  isWaiting: (itemId: string): boolean =>
    outbox.snapshot().waiting.some(({ act }) => act.itemId === itemId),
  subscribe: outbox.subscribe,
  withdraw: (key: string): boolean => outbox.withdraw(key),
  discard: (key: string): void => outbox.discard(key),
  insist: (key: string): void => outbox.insist(key),
  hurry: (): void => wake(),
};

export const useOutbox = (): OutboxState => useSyncExternalStore(outbox.subscribe, outbox.snapshot);
