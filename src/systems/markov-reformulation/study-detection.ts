import { judgeTurns } from "#assess/defects.ts";
import { sessionsOf } from "#assess/sessions.ts";
import type { SeedResult } from "#core/study.ts";
import type { SimulatedSessions } from "#worlds/users/sessions.ts";
import type { MineOptions } from "./options.ts";

/** How well what users do next tells what went wrong: verdicts against what was true. */
export function detection(
  { turns, truth }: SimulatedSessions,
  options: MineOptions,
): SeedResult["facts"] {
  const place = new Map(turns.map((turn, at) => [turn, at]));
  let [defects, told, right, topics, toldTopics, rightTopics] = [0, 0, 0, 0, 0, 0];
  for (const session of sessionsOf(turns, options, () => {})) {
    const verdicts = judgeTurns(session.turns);
    session.turns.forEach((turn, at) => {
      const verdict = verdicts[at];
      const wrong = truth[place.get(turn) ?? 0]?.success === false;
      const next = session.turns[at + 1];
      const turned = next !== undefined && truth[place.get(next) ?? 0]?.first === true;
      if (wrong) defects++;
      if (verdict?.outcome === "defect") told++;
      if (wrong && verdict?.outcome === "defect") right++;
      if (turned) topics++;
      if (verdict?.follow === "topic") toldTopics++;
      if (turned && verdict?.follow === "topic") rightTopics++;
    });
  }
  return {
    "defects found (recall)": right / Math.max(1, defects),
    "defects that were none (1 - precision)": 1 - right / Math.max(1, told),
    "changes of topic found (recall)": rightTopics / Math.max(1, topics),
    "changes of topic that were none (1 - precision)": 1 - rightTopics / Math.max(1, toldTopics),
  };
}
