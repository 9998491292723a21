/** What the tests of rewrites share: a host of their own, and projects with rewrites in force. */
import { afterAll, beforeAll } from "vitest";
import { type ManualClock, manualClock } from "#core/clock.ts";
import { ActorId, type ProjectId } from "#core/ids.ts";
import { ProjectConfig } from "#core/project.ts";
import type { RewriteChange, RewriteView, Rewritten, UserTurn } from "#core/rewrite.ts";
import type { LiveEvent } from "#core/views.ts";
import { openTestHost, type TestHost } from "#server/testing.ts";
import { drawnTurn, lessonId, rewriteLesson, rewriteRule } from "#store/samples.ts";
import type { Host } from "./host.ts";
import { rewriteText } from "./rewrite-request.ts";
import { changeRewrite, rewriteDetail } from "./rewrites.ts";

export const ANN = ActorId.parse("ann");
/** After the store's own clock: what was said before a lesson came in force tells nothing of it. */
export const START_MS = Date.parse("2035-01-01");

/** Ends every session before it. */
export const later = (at = 1): UserTurn => ({
  userId: "zoe",
  ts: Date.parse("2040-01-01") + at * 1e6,
  utterance: "what is the weather",
});

export interface RewriteKit {
  /** There once the tests run. */
  readonly host: Host;
  readonly clock: ManualClock;
  readonly heard: LiveEvent[];
  project(options?: Record<string, unknown>): Promise<ProjectId>;
  /** A lesson in force with rewrites "r1 wrong" → "r1 right" and so on. */
  bringIn(id: ProjectId, name: string, ruleIds: readonly string[]): Promise<void>;
  change(id: ProjectId, ruleId: string, said: Partial<RewriteChange>): Promise<RewriteView>;
  live(id: ProjectId, ruleId: string): Promise<RewriteView>;
  standing(id: ProjectId, ruleId: string): Promise<RewriteView>;
  ask(id: ProjectId, text: string, userId?: string): Promise<Rewritten>;
  /** Outcomes of users of their own in one arm, the good ones first. */
  outcomes(
    ruleId: string,
    arm: "treated" | "hold-out",
    how: { readonly good: number; readonly bad: number; readonly from?: number },
  ): UserTurn[];
}

export function rewriteKit(): RewriteKit {
  const clock = manualClock(START_MS);
  const heard: LiveEvent[] = [];
  let on: TestHost;
  let projects = 0;
  beforeAll(async () => {
    on = await openTestHost({ clock });
    on.host.live.listen(
      (event) => heard.push(event),
      () => {},
    );
  });
  afterAll(() => on.close());
  const change: RewriteKit["change"] = (id, ruleId, said) =>
    changeRewrite(on.host, id, ruleId, { change: { because: "", ...said }, by: ANN });
  return {
    get host() {
      return on.host;
    },
    clock,
    heard,
    async project(options = {}) {
      const config = ProjectConfig.parse({
        name: `rewrites ${projects++}`,
        task: { kind: "text", schema: {} },
        assess: { system: "markov-reformulation", options },
      });
      return (await on.host.store.createProject(config)).id;
    },
    async bringIn(id, name, ruleIds) {
      const rules = ruleIds.map((ruleId) => rewriteRule(ruleId));
      await on.host.store.putLesson(id, rewriteLesson(`${id}-${name}`, rules), []);
      await on.host.store.promote(id, lessonId(`${id}-${name}`), "mined");
    },
    change,
    live: (id, ruleId) => change(id, ruleId, { state: "live" }),
    standing: async (id, ruleId) => (await rewriteDetail(on.host, id, ruleId)).rewrite,
    ask: (id, text, userId) => rewriteText(on.host, id, { text, userId }),
    outcomes: (ruleId, arm, { good, bad, from = 0 }) =>
      Array.from({ length: good + bad }, (_, k) =>
        drawnTurn(`${arm}-${from + k}`, clock.nowMs() + k, [ruleId, arm], {
          signals: { rating: k < good ? 1 : -1 },
        }),
      ),
  };
}
