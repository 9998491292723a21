/** The shapes a line of a training file comes in, told apart by their fields. */
import { badInput } from "#core/errors.ts";
import { FinetuneRecord } from "#core/finetune.ts";
import type { Messages } from "./conversation.ts";
import { datasetShapes } from "./data-sets.ts";
import {
  amount,
  type Bag,
  BY_NOBODY,
  completion,
  cutLast,
  type Draft,
  demo,
  draft,
  flag,
  inPlace,
  isBag,
  isText,
  message,
  messages,
  optionalText,
  pair,
  pairOfConversations,
  type Reading,
  type Shape,
  text,
  texts,
  toolsOf,
  withSystem,
  wrong,
} from "./fields.ts";

const has = (row: Bag, ...fields: readonly string[]): boolean =>
  fields.every((field) => row[field] !== undefined && row[field] !== null);
const isList = Array.isArray;

/** Emend's own record, as it is. */
const emend: Shape = {
  id: "emend",
  about: "Emend's records: prompt, completions, judgement, meta",
  fields: ["id", "prompt", "tools", "completions", "judgement", "meta"],
  fits: (row) => isList(row.completions) && "judgement" in row && has(row, "prompt", "meta"),
  read(row) {
    const parsed = FinetuneRecord.safeParse(row);
    if (!parsed.success) throw badInput(parsed.error, row);
    inPlace(parsed.data.prompt, "prompt");
    return parsed.data;
  },
};

const openaiDpo: Shape = {
  id: "openai-dpo",
  about: "OpenAI-style pairs: input, preferred_output, non_preferred_output",
  fields: ["input", "preferred_output", "non_preferred_output"],
  fits: (row) => has(row, "input", "preferred_output"),
  read(row, reading) {
    const { input } = row;
    if (!isBag(input)) throw wrong("input", "an object with messages", input);
    const chosen = messages(row, "preferred_output", reading);
    return pair(
      messages(input, "messages", reading),
      chosen,
      messages(row, "non_preferred_output", reading),
      toolsOf(input),
    );
  },
};

const sharegpt: Shape = {
  id: "sharegpt",
  about:
    "ShareGPT, LLaMA-Factory: conversations of from and value, with chosen and rejected, or a label",
  fields: ["conversations", "chosen", "rejected", "label", "kto_tag", "system", "tools"],
  fits: (row) => isList(row.conversations),
  read(row, reading) {
    const said = withSystem(
      optionalText(row, "system"),
      messages(row, "conversations", reading).map(named),
    );
    if (has(row, "chosen") || has(row, "rejected"))
      return pair(
        said,
        [message(row.chosen, "chosen", reading)],
        [message(row.rejected, "rejected", reading)],
        toolsOf(row),
      );
    const { prompt, reply } = cutLast(said, "conversations");
    const label = has(row, "kto_tag") ? "kto_tag" : "label";
    return has(row, label) ? verdict(prompt, reply, row, label) : demo(prompt, reply, toolsOf(row));
  },
};

/** ShareGPT has one call at a time, so that a result without an id is that call's. */
const named = <M extends { readonly role: string; readonly tool_call_id?: string | undefined }>(
  said: M,
): M =>
  said.role === "tool" && said.tool_call_id === undefined
    ? { ...said, tool_call_id: "call_1" }
    : said;

const verdict = (prompt: Messages, reply: Messages, row: Bag, label = "label") =>
  draft(prompt, reply, {
    kind: "binary",
    completion: "a",
    label: flag(row, label),
    ...BY_NOBODY,
  });

/** Instruction and what it is about, as one question, after what was said before it. */
function alpacaPrompt(row: Bag): Messages {
  const input = optionalText(row, "input");
  const instruction = text(row, "instruction");
  const { history } = row;
  if (history !== undefined && history !== null && !isList(history))
    throw wrong("history", "a list of pairs of texts", history);
  const before = (history ?? []).flatMap((turn: unknown, at: number) => {
    if (!isList(turn) || turn.length !== 2 || !turn.every(isText))
      throw wrong(`history.${at}`, "a pair of texts", turn);
    const [user = "", assistant = ""] = turn;
    return [
      { role: "user" as const, content: user },
      { role: "assistant" as const, content: assistant },
    ];
  });
  const content = input === undefined ? instruction : `${instruction}\n${input}`;
  return withSystem(optionalText(row, "system"), [...before, { role: "user", content }]);
}

const assistant = (row: Bag, field: string) => [
  { role: "assistant" as const, content: text(row, field) },
];
const user = (row: Bag, field: string) =>
  withSystem(optionalText(row, "system"), [{ role: "user", content: text(row, field) }]);

const alpaca: Shape = {
  id: "alpaca",
  about: "Alpaca: instruction, input, output, or chosen and rejected, or a label",
  fields: "instruction input output system history chosen rejected label kto_tag tools".split(" "),
  fits: (row) => has(row, "instruction") && (has(row, "output") || has(row, "chosen")),
  read(row) {
    const prompt = alpacaPrompt(row);
    if (has(row, "chosen"))
      return pair(prompt, assistant(row, "chosen"), assistant(row, "rejected"));
    const label = has(row, "kto_tag") ? "kto_tag" : "label";
    const reply = assistant(row, "output");
    return has(row, label) ? verdict(prompt, reply, row, label) : demo(prompt, reply, toolsOf(row));
  },
};

const generations: Shape = {
  id: "rlhflow",
  about: "RLHFlow generations: prompt, responses, rewards",
  fields: ["prompt", "responses", "rewards"],
  fits: (row) => isList(row.responses) && has(row, "prompt"),
  read(row, reading) {
    const responses = texts(row, "responses");
    const { rewards = null } = row;
    if (rewards !== null && !(isList(rewards) && rewards.every((r) => typeof r === "number")))
      throw wrong("rewards", "a list of numbers", rewards);
    if (rewards !== null && rewards.length !== responses.length)
      throw wrong("rewards", `${responses.length} rewards, one for each response`, rewards);
    return {
      prompt: [...messages(row, "prompt", reading, "user")],
      completions: responses.map((content, at) => ({
        ...completion(`${at + 1}`, [{ role: "assistant", content }]),
        ...(rewards !== null && { reward: rewards[at] }),
      })),
      judgement: rewards === null ? null : { kind: "rating", ...BY_NOBODY },
    };
  },
};

const contexts: Shape = {
  id: "rlhflow-prompts",
  about: "RLHFlow prompts: context_messages",
  fields: ["context_messages"],
  fits: (row) => isList(row.context_messages),
  read: (row, reading) => ({
    prompt: [...messages(row, "context_messages", reading)],
    completions: [],
    judgement: null,
  }),
};

const principle: Shape = {
  id: "principle",
  about: "verdicts by a principle: prompt, response, principle, fulfilled, evidence",
  fields: ["prompt", "response", "principle", "fulfilled", "evidence"],
  fits: (row) => has(row, "prompt", "response", "principle"),
  read(row, reading) {
    const evidence = row.evidence ?? [];
    if (!isList(evidence)) throw wrong("evidence", "a list of start and end", evidence);
    return draft(messages(row, "prompt", reading, "user"), assistant(row, "response"), {
      kind: "principle",
      completion: "a",
      principle: text(row, "principle"),
      fulfilled: flag(row, "fulfilled"),
      evidence: evidence.map((entry: unknown, at) => {
        if (!isBag(entry)) throw wrong(`evidence.${at}`, "start and end", entry);
        const [start, end] = [amount(entry, "start"), amount(entry, "end")];
        if (start === undefined || end === undefined || start < 0 || end < start)
          throw wrong(`evidence.${at}`, "start and end, in this order", entry);
        return { start, end };
      }),
      ...BY_NOBODY,
    });
  },
};

const axolotlDpo: Shape = {
  id: "axolotl-dpo",
  about: "Axolotl pairs, chat_template: messages, chosen, rejected",
  fields: ["messages", "chosen", "rejected"],
  fits: (row) => has(row, "messages", "chosen", "rejected") && !isList(row.chosen),
  read: (row, reading) =>
    pair(
      messages(row, "messages", reading),
      [message(row.chosen, "chosen", reading)],
      [message(row.rejected, "rejected", reading)],
    ),
};

/** Pairs of texts, told apart by what the question is called. */
const textPairs = (
  id: string,
  about: string,
  asked: string,
  replies: readonly [string, string],
) => ({
  id,
  about: `${about}: ${asked}, ${replies.join(", ")}`,
  fields: ["system", asked, ...replies],
  fits: (row: Bag) => isText(row[asked]) && has(row, ...replies) && !isList(row[replies[0]]),
  read: (row: Bag) =>
    pair(user(row, asked), assistant(row, replies[0]), assistant(row, replies[1])),
});

const stepwise: Shape = {
  id: "stepwise",
  about: "steps: prompt, completions, labels",
  fields: ["prompt", "completions", "labels"],
  fits: (row) => has(row, "completions", "labels") && !("judgement" in row),
  read(row) {
    const steps = texts(row, "completions");
    const { labels } = row;
    if (!isList(labels) || !labels.every((label) => typeof label === "boolean"))
      throw wrong("labels", "a list of true and false", labels);
    if (labels.length !== steps.length || steps.length === 0)
      throw wrong("labels", `${steps.length} labels, one for each step`, labels);
    return {
      prompt: [{ role: "user", content: text(row, "prompt") }],
      completions: [
        {
          ...completion("a", [{ role: "assistant", content: steps.join("\n") }]),
          steps: steps.map((step, at) => ({ text: step, right: labels[at] === true })),
        },
      ],
      judgement: { kind: "steps", completion: "a", ...BY_NOBODY },
    };
  },
};

const ASKED = ["prompt", "question", "instruction"];
const kto: Shape = {
  id: "kto",
  about: "single verdicts: prompt, completion, label",
  fields: ["system", ...ASKED, "completion", "label"],
  fits: (row) => has(row, "completion") && "label" in row,
  read(row, reading) {
    const asked = ASKED.find((field) => has(row, field)) ?? "prompt";
    const prompt = withSystem(optionalText(row, "system"), messages(row, asked, reading, "user"));
    return verdict(prompt, messages(row, "completion", reading, "assistant"), row);
  },
};

const preference: Shape = {
  id: "preference",
  about: "TRL pairs: prompt, chosen, rejected; or chosen and rejected that begin alike",
  fields: ["prompt", "chosen", "rejected", "margin", "tools", "system"],
  fits: (row) => has(row, "chosen", "rejected"),
  read(row, reading) {
    const margin = amount(row, "margin");
    if (margin !== undefined && margin < 0) throw wrong("margin", "a margin of 0 or more", margin);
    const said = (field: string) => messages(row, field, reading, "assistant");
    const [chosen, rejected] = [said("chosen"), said("rejected")];
    if (has(row, "prompt")) {
      const prompt = messages(row, "prompt", reading, "user");
      return pair(withSystem(optionalText(row, "system"), prompt), chosen, rejected, {
        margin,
        ...toolsOf(row),
      });
    }
    if (isText(row.chosen))
      throw wrong("prompt", "a prompt, or conversations in chosen and rejected", row.prompt);
    return pairOfConversations(inPlace(chosen, "chosen"), inPlace(rejected, "rejected"), {
      margin,
    });
  },
};

const promptCompletion: Shape = {
  id: "prompt-completion",
  about: "TRL answers: prompt, completion",
  fields: ["prompt", "completion", "tools"],
  fits: (row) => has(row, "prompt", "completion"),
  read(row, reading) {
    const prompt = messages(row, "prompt", reading, "user");
    return demo(prompt, messages(row, "completion", reading, "assistant"), toolsOf(row));
  },
};

const CHECKS = ["ground_truth", "verifier", "fn_rate", "fp_rate"];
const RL_FIELDS = [...CHECKS, "principles"];

/** A prompt to sample answers to, with what those are checked against. */
function promptDraft(row: Bag, prompt: Messages, reading: Reading): Draft {
  if (isList(row.principles) && row.principles.length > 0)
    reading.notes.add('"principles" of prompts are not kept: no reply was judged by them.');
  const groundTruth = optionalText(row, "ground_truth") ?? optionalText(row, "answer") ?? null;
  const verifier = optionalText(row, "verifier");
  const known = groundTruth !== null || verifier !== undefined;
  return {
    prompt: [...prompt],
    completions: [],
    judgement: !known
      ? null
      : {
          kind: "verifier",
          verifier: verifier ?? "ground truth",
          groundTruth,
          fnRate: amount(row, "fn_rate") ?? null,
          fpRate: amount(row, "fp_rate") ?? null,
          ...BY_NOBODY,
        },
  };
}

const conversation: Shape = {
  id: "messages",
  about: "conversations: messages, of OpenAI style, TRL, Axolotl",
  fields: ["messages", "tools", "parallel_tool_calls", "answer", ...RL_FIELDS],
  fits: (row) => isList(row.messages),
  read(row, reading) {
    const said = messages(row, "messages", reading);
    if (said.at(-1)?.role !== "assistant") return promptDraft(row, said, reading);
    const last: unknown = isList(row.messages) ? row.messages.at(-1) : undefined;
    if (isBag(last) && (last.weight === 0 || last.train === false))
      throw wrong("messages", "a last message that is trained on", last);
    const { prompt, reply } = cutLast(said, "messages");
    return demo(prompt, reply, toolsOf(row));
  },
};

const plainText: Shape = {
  id: "text",
  about: "plain text to be continued: text",
  fields: ["text"],
  fits: (row) => isText(row.text),
  read: (row) => demo([], assistant(row, "text")),
};

const prompts: Shape = {
  id: "prompts",
  about: "prompts for online training: prompt, ground_truth, verifier",
  fields: ["prompt", "answer", ...RL_FIELDS],
  fits: (row) => has(row, "prompt"),
  read: (row, reading) => promptDraft(row, messages(row, "prompt", reading, "user"), reading),
};

/** Most particular first: the first that fits a row is its shape. */
export const shapes: readonly Shape[] = [
  emend,
  openaiDpo,
  ...datasetShapes,
  sharegpt,
  generations,
  contexts,
  principle,
  axolotlDpo,
  textPairs("intel", "Axolotl, Intel", "question", ["chosen", "rejected"]),
  textPairs("icr", "Axolotl, ICR", "input", ["chosen", "rejected"]),
  textPairs("argilla", "Axolotl, Argilla", "instruction", ["chosen_response", "rejected_response"]),
  alpaca,
  stepwise,
  kto,
  preference,
  promptCompletion,
  conversation,
  plainText,
  prompts,
];
