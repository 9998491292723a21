/** Shapes of well-known public data sets of preferences. */
import type { Message } from "#core/comparison.ts";
import {
  amount,
  type Bag,
  BY_NOBODY,
  completion,
  type Draft,
  inPlace,
  isText,
  messages,
  optionalText,
  pair,
  pairOfConversations,
  type Reading,
  type Shape,
  text,
  withSystem,
  wrong,
} from "./fields.ts";

const TURN = /(?:^|\n\n)(Human|Assistant):[ ]?/g;

/** A conversation of HH-RLHF: "\n\nHuman: … \n\nAssistant: …". */
function hhConversation(row: Bag, field: string): Message[] {
  const said = text(row, field);
  const marks = [...said.matchAll(TURN)];
  if (marks[0] === undefined || said.slice(0, marks[0].index).trim() !== "")
    throw wrong(field, 'a text that begins with "\\n\\nHuman:"', said);
  return marks.map((mark, at) => ({
    role: mark[1] === "Human" ? "user" : "assistant",
    content: said.slice(mark.index + mark[0].length, marks[at + 1]?.index).trim(),
  }));
}

const hh: Shape = {
  id: "hh-rlhf",
  about: 'HH-RLHF: chosen and rejected as "Human: … Assistant: …" texts',
  fields: ["chosen", "rejected"],
  fits: ({ chosen, rejected, prompt }) =>
    isText(chosen) && isText(rejected) && prompt === undefined && /^\s*Human:/.test(chosen),
  read: (row) =>
    pairOfConversations(hhConversation(row, "chosen"), hhConversation(row, "rejected")),
};

const ultrafeedback: Shape = {
  id: "ultrafeedback",
  about: "UltraFeedback-binarised: prompt, chosen and rejected conversations, score_chosen",
  fields: "prompt prompt_id chosen rejected messages score_chosen score_rejected".split(" "),
  fits: ({ prompt, chosen, rejected }) =>
    isText(prompt) && Array.isArray(chosen) && Array.isArray(rejected),
  read(row, reading) {
    const [better, worse] = [amount(row, "score_chosen"), amount(row, "score_rejected")];
    if (better !== undefined && worse !== undefined && better < worse)
      throw wrong("score_chosen", `at least the score of rejected, ${worse}`, better);
    return pairOfConversations(
      inPlace(messages(row, "chosen", reading), "chosen"),
      inPlace(messages(row, "rejected", reading), "rejected"),
      better === undefined || worse === undefined ? {} : { margin: better - worse },
    );
  },
};

type Side = "first" | "second" | "tie";

function twoReplies(
  prompt: readonly Message[],
  replies: readonly [first: string, second: string],
  side: Side,
  margin?: number,
): Draft {
  const [first, second] = replies.map((content) => [{ role: "assistant" as const, content }]);
  if (first === undefined || second === undefined) throw wrong("replies", "two replies", replies);
  if (side !== "tie")
    return side === "first"
      ? pair(prompt, first, second, { margin })
      : pair(prompt, second, first, { margin });
  return {
    prompt: [...prompt],
    completions: [completion("a", first), completion("b", second)],
    judgement: { kind: "tie", good: null, ...BY_NOBODY },
  };
}

const alpacafarm: Shape = {
  id: "alpacafarm",
  about: "AlpacaFarm: instruction, input, output_1, output_2, preference",
  fields: "instruction input system output_1 output_2 preference".split(" "),
  fits: (row) => isText(row.output_1) && isText(row.output_2) && "preference" in row,
  read(row, reading) {
    const side = reading.preference[`${row.preference}`];
    if (side === undefined || typeof row.preference !== "number")
      throw wrong(
        "preference",
        `one of ${Object.keys(reading.preference).join(", ")}`,
        row.preference,
      );
    const input = optionalText(row, "input");
    const asked = text(row, "instruction");
    const content = input === undefined ? asked : `${asked}\n${input}`;
    const prompt = withSystem(optionalText(row, "system"), [{ role: "user", content }]);
    return twoReplies([...prompt], [text(row, "output_1"), text(row, "output_2")], side);
  },
};

/** What the numbers of a column of preferences mean, told from a sample of them; a remark where it is not as published. */
export function preferenceScale(
  values: readonly unknown[],
  notes: Set<string>,
): Reading["preference"] {
  const seen = new Set(values.filter((value) => typeof value === "number"));
  if (!seen.has(0)) return { "1": "first", "2": "second", "1.5": "tie" };
  if (seen.has(2)) {
    notes.add("Preferences are 0, 1 and 2: 0 is read as a tie, 1 as output_1, 2 as output_2.");
    return { "0": "tie", "1": "first", "2": "second" };
  }
  notes.add("Preferences are 0 and 1, not 1 and 2: 0 is read as output_1, 1 as output_2.");
  return { "0": "first", "1": "second" };
}

const SCORES = ["helpfulness", "rating", "score", "overall_score"];
const ANSWERS = ["response", "completion", "output"];
const HELPSTEER = ["correctness", "coherence", "complexity", "verbosity"];
const scoreOf = (row: Bag) => SCORES.find((field) => row[field] !== undefined);
const answerOf = (row: Bag) => ANSWERS.find((field) => row[field] !== undefined);

const helpsteer: Shape = {
  id: "helpsteer",
  about: "HelpSteer and its like: prompt, response, and a rating as helpfulness, rating or score",
  fields: ["prompt", ...ANSWERS, ...SCORES],
  fits: (row) =>
    row.prompt !== undefined && answerOf(row) !== undefined && scoreOf(row) !== undefined,
  read(row, reading) {
    const [field, answer] = [scoreOf(row) ?? "rating", answerOf(row) ?? "response"];
    const score = amount(row, field);
    if (score === undefined) throw wrong(field, "a number", row[field]);
    for (const other of HELPSTEER)
      if (other in row) reading.notes.add(`"${other}" is not kept: "${field}" is the rating.`);
    return {
      prompt: [...messages(row, "prompt", reading, "user")],
      completions: [
        {
          ...completion("a", messages(row, answer, reading, "assistant")),
          // `0 -` and not a sign alone: a rating of 0 stays 0 and does not become -0.
          reward: reading.ratingBest === "low" ? 0 - score : score,
        },
      ],
      judgement: { kind: "rating", ...BY_NOBODY },
    };
  },
};

const STRENGTH_MAX = 3;

const helpsteer3: Shape = {
  id: "helpsteer3",
  about: "HelpSteer3: context, response1, response2, overall_preference from -3 to 3",
  fields: "context response1 response2 overall_preference domain language".split(" "),
  fits: (row) => row.response1 !== undefined && row.overall_preference !== undefined,
  read(row, reading) {
    const said = amount(row, "overall_preference");
    if (said === undefined || Math.abs(said) > STRENGTH_MAX)
      throw wrong("overall_preference", "a number from -3 to 3", row.overall_preference);
    return twoReplies(
      messages(row, "context", reading, "user"),
      [text(row, "response1"), text(row, "response2")],
      said === 0 ? "tie" : said < 0 ? "first" : "second",
      Math.abs(said),
    );
  },
};

export const datasetShapes: readonly Shape[] = [
  alpacafarm,
  helpsteer3,
  helpsteer,
  ultrafeedback,
  hh,
];
