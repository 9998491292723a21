/** Each trainer's way to write an example as one line of its file. */
import type { Message } from "#core/comparison.ts";
import { Problem } from "#core/errors.ts";
import type { FinetuneTarget, FinetuneTask } from "#core/finetune.ts";
import type { Messages } from "./conversation.ts";
import type { Example, Pair } from "./example.ts";
import { judgeReply, judgeRequest } from "./judge-text.ts";

export type Row = Readonly<Record<string, unknown>>;

/** The line, or in a sentence why this file cannot hold it. */
export type Written = Row | string;

export interface RowWriter {
  row(example: Example): Written;
  /** What these lines leave out or change, each in a sentence. */
  readonly loss: readonly string[];
}

const OTHER_KIND = "another kind of example than the task's";
const NO_PROMPT = "plain text without a prompt: this file holds answers to prompts";
const ONE_TURN = "more than one turn: this file holds one question and its answer";
const ONE_MESSAGE = "an answer of several messages: this file holds a single one";
const NO_TOOLS = "tool calls: this file holds text alone";

const usesTools = (messages: Messages): boolean =>
  messages.some(({ role, tool_calls }) => role === "tool" || tool_calls !== undefined);

/** Arguments of calls as text: as objects they would give one column as many types as there are functions. */
const callText = (call: Record<string, unknown>): unknown => {
  const { function: called } = call;
  if (typeof called !== "object" || called === null || !("arguments" in called)) return call;
  const { arguments: given } = called;
  return typeof given === "string"
    ? call
    : { ...call, function: { ...called, arguments: JSON.stringify(given) } };
};

const chat = ({ role, content, name, tool_calls, tool_call_id }: Message): Row => ({
  role,
  content,
  ...(name !== undefined && { name }),
  ...(tool_calls !== undefined && { tool_calls: tool_calls.map(callText) }),
  ...(tool_call_id !== undefined && { tool_call_id }),
});

/** Open models' templates know no developer. */
const openChat = (message: Message): Row =>
  chat(message.role === "developer" ? { ...message, role: "system" } : message);
const open = (messages: Messages): Row[] => messages.map(openChat);

const toolsText = ({ tools }: Example): Row =>
  tools === undefined ? {} : { tools: JSON.stringify(tools) };

const single = (messages: Messages): string | undefined =>
  messages.length === 1 && messages[0]?.tool_calls === undefined ? messages[0]?.content : undefined;

/** A question with a system message or none; undefined where there is more than one turn. */
function question(prompt: Messages): { system: string | null; user: string } | undefined {
  const [first, second, ...more] = prompt;
  if (first?.role === "user" && second === undefined) return { system: null, user: first.content };
  const system = first?.role === "system" || first?.role === "developer";
  return system && second?.role === "user" && more.length === 0
    ? { system: first.content, user: second.content }
    : undefined;
}

/** A system message becomes the beginning of what the user says. */
function folded(prompt: Messages): Messages {
  const [first, second, ...others] = prompt;
  if (first === undefined || second === undefined) return prompt;
  return first.role === "system" || first.role === "developer"
    ? [{ ...second, content: `${first.content}\n\n${second.content}` }, ...others]
    : prompt;
}

/** What a principle's judge is trained on, as a question with its answer. */
const judged = (example: Example & { kind: "principled" }): [prompt: Messages, reply: Messages] => [
  [{ role: "user", content: judgeRequest(example) }],
  [{ role: "assistant", content: judgeReply(example.fulfilled) }],
];

/** Prompt and answer of what is imitated: a demonstration, or a verdict by a principle. */
const imitated = (example: Example): [prompt: Messages, reply: Messages] | string => {
  if (example.kind === "principled") return judged(example);
  if (example.kind !== "demonstration") return OTHER_KIND;
  return example.prompt.length === 0 ? NO_PROMPT : [example.prompt, example.completion];
};

function stepRow(example: Example): Written {
  if (example.kind !== "stepwise") return OTHER_KIND;
  const prompt = single(folded(example.prompt));
  if (prompt === undefined) return ONE_TURN;
  const { steps } = example;
  return {
    prompt,
    completions: steps.map(({ text }) => text),
    labels: steps.map(({ right }) => right),
  };
}

function promptRow(example: Example): Written {
  if (example.kind !== "prompt") return OTHER_KIND;
  const { groundTruth, verifier, fnRate, fpRate, principles } = example;
  return {
    prompt: open(example.prompt),
    ground_truth: groundTruth,
    verifier,
    fn_rate: fnRate,
    fp_rate: fpRate,
    principles,
  };
}

const pairOf = (write: (pair: Pair) => Written): ((example: Example) => Written) => {
  return (example) => (example.kind === "pair" ? write(example) : OTHER_KIND);
};

const STEP_LOSS = ["A system message becomes the beginning of the question."];
const DEVELOPER_LOSS = ["The role developer is written as system."];
const MARGIN_LOSS = ["By how much a reply is better is left out."];

const trl: Partial<Record<FinetuneTask, RowWriter>> = {
  sft: { row: trlImitation, loss: DEVELOPER_LOSS },
  principle: { row: trlImitation, loss: DEVELOPER_LOSS },
  dpo: {
    row: pairOf(({ prompt, chosen, rejected, ...pair }) => ({
      prompt: open(prompt),
      chosen: open(chosen),
      rejected: open(rejected),
      ...toolsText({ prompt, chosen, rejected, ...pair }),
    })),
    loss: [...DEVELOPER_LOSS, ...MARGIN_LOSS],
  },
  rm: {
    row: pairOf(({ prompt, chosen, rejected, margin }) => ({
      chosen: open([...prompt, ...chosen]),
      rejected: open([...prompt, ...rejected]),
      margin,
    })),
    loss: [...DEVELOPER_LOSS, "Tools that could be called are left out."],
  },
  kto: {
    row: (example) =>
      example.kind !== "labelled"
        ? OTHER_KIND
        : {
            prompt: open(example.prompt),
            completion: open(example.completion),
            label: example.label,
          },
    loss: [...DEVELOPER_LOSS, "Tools that could be called are left out."],
  },
  prm: { row: stepRow, loss: STEP_LOSS },
  grpo: {
    row: promptRow,
    loss: [...DEVELOPER_LOSS, "Replies are left out: they are sampled anew."],
  },
};

function trlImitation(example: Example): Written {
  const said = imitated(example);
  if (typeof said === "string") return said;
  return { prompt: open(said[0]), completion: open(said[1]), ...toolsText(example) };
}

/** Only the answer is trained on: what the assistant said before it may be what was wrong. */
function axolotlImitation(example: Example): Written {
  const said = imitated(example);
  if (typeof said === "string") return said;
  const turn = (train: boolean) => (message: Message) => ({ ...openChat(message), train });
  return {
    messages: [
      ...said[0].map(turn(false)),
      ...said[1].map((message) => turn(message.role === "assistant")(message)),
    ],
    ...toolsText(example),
  };
}

const axolotl: Partial<Record<FinetuneTask, RowWriter>> = {
  sft: { row: axolotlImitation, loss: DEVELOPER_LOSS },
  principle: { row: axolotlImitation, loss: DEVELOPER_LOSS },
  dpo: {
    row: pairOf(({ prompt, chosen, rejected }) => {
      const [a, b] = [single(chosen), single(rejected)];
      if (a === undefined || b === undefined) return ONE_MESSAGE;
      const said = (content: string) => ({ role: "assistant", content });
      return usesTools(prompt)
        ? NO_TOOLS
        : { messages: open(prompt), chosen: said(a), rejected: said(b) };
    }),
    loss: [...DEVELOPER_LOSS, ...MARGIN_LOSS],
  },
  rm: {
    row: pairOf(({ prompt, chosen, rejected }) => {
      const [asked, a, b] = [question(prompt), single(chosen), single(rejected)];
      if (asked === undefined) return ONE_TURN;
      if (a === undefined || b === undefined) return ONE_MESSAGE;
      // Its reader looks the column up in every row, whether there is a system message or not.
      return { system: asked.system ?? "", input: asked.user, chosen: a, rejected: b };
    }),
    loss: MARGIN_LOSS,
  },
  kto: {
    row: (example) => {
      if (example.kind !== "labelled") return OTHER_KIND;
      const [asked, completion] = [question(example.prompt), single(example.completion)];
      if (asked === undefined) return ONE_TURN;
      if (completion === undefined) return ONE_MESSAGE;
      return { system: asked.system ?? "", prompt: asked.user, completion, label: example.label };
    },
    loss: [],
  },
  prm: { row: stepRow, loss: STEP_LOSS },
  grpo: { row: promptRow, loss: ["Replies are left out: they are sampled anew."] },
};

/** An answer of the assistant before the last weighs nothing: it may be what was wrong. */
function openaiImitation(example: Example): Written {
  const said = imitated(example);
  if (typeof said === "string") return said;
  return {
    messages: [
      ...said[0].map((message) =>
        message.role === "assistant" ? { ...chat(message), weight: 0 } : chat(message),
      ),
      ...said[1].map(chat),
    ],
    ...(example.tools !== undefined && { tools: example.tools }),
  };
}

const openai: Partial<Record<FinetuneTask, RowWriter>> = {
  sft: { row: openaiImitation, loss: [] },
  principle: { row: openaiImitation, loss: [] },
  dpo: {
    row: pairOf(({ prompt, chosen, rejected, tools }) => ({
      input: { messages: prompt.map(chat), tools: tools ?? [], parallel_tool_calls: true },
      preferred_output: chosen.map(chat),
      non_preferred_output: rejected.map(chat),
    })),
    loss: MARGIN_LOSS,
  },
  grpo: {
    row: (example) => {
      const row = promptRow(example);
      if (typeof row === "string") return row;
      const { prompt: _, ...fields } = row;
      return { messages: example.prompt.map(chat), ...fields };
    },
    loss: ["Replies are left out: they are sampled anew."],
  },
};

const SHAREGPT_ROLES: Readonly<Record<Message["role"], string>> = {
  system: "system",
  developer: "system",
  user: "human",
  assistant: "gpt",
  tool: "observation",
};

/** Names and arguments of the calls; their ids have no place here. */
function sharegpt({ role, content, tool_calls }: Message): Row {
  if (tool_calls === undefined) return { from: SHAREGPT_ROLES[role], value: content };
  const calls = tool_calls.map(({ function: called }) => called ?? {});
  return { from: "function_call", value: JSON.stringify(calls.length === 1 ? calls[0] : calls) };
}

const llamafactoryPair: RowWriter = {
  row: pairOf(({ prompt, chosen, rejected, ...pair }) => {
    const [a, b] = [chosen[0], rejected[0]];
    if (a === undefined || b === undefined || chosen.length > 1 || rejected.length > 1)
      return ONE_MESSAGE;
    return {
      conversations: prompt.map(sharegpt),
      chosen: sharegpt(a),
      rejected: sharegpt(b),
      ...toolsText({ prompt, chosen, rejected, ...pair }),
    };
  }),
  loss: [...DEVELOPER_LOSS, ...MARGIN_LOSS, "Ids of tool calls are left out."],
};

const llamafactoryImitation: RowWriter = {
  row: (example) => {
    const said = imitated(example);
    if (typeof said === "string") return said;
    return { conversations: [...said[0], ...said[1]].map(sharegpt), ...toolsText(example) };
  },
  loss: [...DEVELOPER_LOSS, "Ids of tool calls are left out."],
};

const llamafactory: Partial<Record<FinetuneTask, RowWriter>> = {
  sft: llamafactoryImitation,
  principle: llamafactoryImitation,
  dpo: llamafactoryPair,
  rm: llamafactoryPair,
  kto: {
    row: (example) =>
      example.kind !== "labelled"
        ? OTHER_KIND
        : {
            conversations: [...example.prompt, ...example.completion].map(sharegpt),
            label: example.label,
          },
    loss: [...DEVELOPER_LOSS, "Ids of tool calls are left out."],
  },
};

const FOLD_LOSS = "A system message becomes the beginning of what the user says.";

const rlhflow: Partial<Record<FinetuneTask, RowWriter>> = {
  rm: {
    row: pairOf(({ prompt, chosen, rejected }) => {
      const said = folded(prompt);
      if (usesTools([...said, ...chosen, ...rejected])) return NO_TOOLS;
      return { chosen: open([...said, ...chosen]), rejected: open([...said, ...rejected]) };
    }),
    loss: [FOLD_LOSS, ...MARGIN_LOSS],
  },
  dpo: {
    row: pairOf(({ prompt, chosen, rejected, margin }) => {
      const [a, b] = [single(chosen), single(rejected)];
      if (a === undefined || b === undefined) return ONE_MESSAGE;
      // Pairs are chosen anew from the rewards, of which the difference alone counts.
      return usesTools(prompt)
        ? NO_TOOLS
        : {
            prompt: open(prompt),
            responses: [a, b],
            rewards: [margin === null || margin === 0 ? 1 : margin, 0],
          };
    }),
    loss: [
      ...DEVELOPER_LOSS,
      "A reward is 0 for the worse reply and the margin (or 1) for the better.",
    ],
  },
  grpo: {
    row: (example) =>
      example.kind === "prompt" ? { context_messages: open(example.prompt) } : OTHER_KIND,
    loss: ["Everything but the prompt is left out."],
  },
};

const writers = { trl, axolotl, openai, llamafactory, rlhflow };

/** What to do where a trainer has no such file. */
const INSTEAD: Partial<Record<`${FinetuneTarget}/${FinetuneTask}`, string>> = {
  "openai/kto":
    'Use the task "sft", which writes the good replies, or "dpo", which pairs them with bad ones.',
  "openai/rm": 'Use the target "trl" or "axolotl".',
  "openai/prm": 'Use the target "trl" or "axolotl".',
  "llamafactory/prm": 'Use the target "trl" or "axolotl".',
  "llamafactory/grpo": 'Use the target "trl" or "axolotl".',
  "rlhflow/sft": 'Use the target "axolotl", which RLHFlow trains with, or "trl".',
  "rlhflow/kto": 'Use the target "trl", "axolotl" or "llamafactory".',
  "rlhflow/prm": 'Use the target "trl" or "axolotl".',
  "rlhflow/principle": 'Use the target "trl".',
};

/** Tasks a target has a file for. */
export const tasksOf = (target: FinetuneTarget): FinetuneTask[] =>
  Object.keys(writers[target]) as FinetuneTask[]; // keys of a record of tasks

/** @throws Problem `bad-input` where there is no such file; it says what to use instead. */
export function rowWriter(target: FinetuneTarget, task: FinetuneTask): RowWriter {
  const writer = writers[target][task];
  if (writer !== undefined) return writer;
  const hint = INSTEAD[`${target}/${task}`];
  throw new Problem("bad-input", `There is no file of "${target}" for the task "${task}"`, {
    expected: `one of ${tasksOf(target).join(", ")}`,
    got: task,
    ...(hint !== undefined && { hint }),
  });
}
