/** Files beside the lines that let a trainer start: a configuration or a short script, and the rewards of online training. */
import { stringify } from "yaml";
import type { FinetuneTarget, FinetuneTask } from "#core/finetune.ts";
import { ktoWeights, type Manifest } from "./manifest.ts";

/** What stands in the configuration; the trainers' own defaults where absent. */
export interface TrainingOptions {
  /** Name or path of the model to begin from. */
  readonly model?: string;
  readonly learningRate?: number;
  readonly epochs?: number;
  /** How closely preference training keeps to the model it begins from. */
  readonly beta?: number;
  readonly batch?: number;
}

interface Asked {
  readonly target: FinetuneTarget;
  readonly task: FinetuneTask;
  readonly maxTokens?: number;
  readonly training?: TrainingOptions;
}

interface File {
  readonly name: string;
  readonly text: string;
}

/** Versions the files were read with; names of fields drift between releases. */
const TRAINER_VERSIONS = {
  trl: "1.16.0",
  /** One with a trainer for process rewards, which 1.16.0 has not. */
  trlPrm: "0.24.0",
  axolotl: "0.19.0",
} as const;

const MODEL = "Qwen/Qwen2.5-0.5B-Instruct";
const TOKENS_DEFAULT = 2_048;

export function companionsOf(asked: Asked, manifest: Manifest): File[] {
  const rewards = { name: "rewards.py", text: REWARDS };
  switch (asked.target) {
    case "trl":
      return [
        { name: "train_trl.py", text: trlScript(asked, manifest) },
        ...(asked.task === "grpo" ? [rewards] : []),
      ];
    case "axolotl":
      return [
        { name: "axolotl.yaml", text: axolotlYaml(asked, manifest) },
        ...(asked.task === "grpo" ? [rewards] : []),
      ];
    case "llamafactory":
      return [{ name: "dataset_info.json", text: datasetInfo(asked, manifest) }];
    case "openai":
      return asked.task === "grpo" ? [{ name: "grader.json", text: GRADER }] : [];
    case "rlhflow":
      return [];
  }
}

const hasValid = ({ examples }: Manifest): boolean => examples.valid > 0;

const weightsOf = ({ labels }: Manifest) => (labels === null ? null : ktoWeights(labels));

const RATES: Readonly<Record<FinetuneTask, number>> = {
  sft: 2e-5,
  dpo: 1e-6,
  kto: 1e-6,
  rm: 1e-5,
  prm: 1e-5,
  grpo: 1e-6,
  principle: 2e-5,
};

function trlScript({ task, maxTokens, training = {} }: Asked, manifest: Manifest): string {
  const trainers: Record<FinetuneTask, string> = {
    sft: "SFT",
    principle: "SFT",
    dpo: "DPO",
    kto: "KTO",
    rm: "Reward",
    prm: "PRM",
    grpo: "GRPO",
  };
  const name = trainers[task];
  const weights = task === "kto" ? weightsOf(manifest) : null;
  const beta = training.beta ?? (task === "dpo" || task === "kto" ? 0.1 : undefined);
  const settings = {
    output_dir: '"out"',
    learning_rate: training.learningRate ?? RATES[task],
    num_train_epochs: training.epochs ?? 1,
    per_device_train_batch_size: training.batch ?? (task === "grpo" ? 8 : 4),
    ...(task === "grpo"
      ? { num_generations: 8, max_completion_length: maxTokens ?? 512 }
      : { max_length: maxTokens ?? TOKENS_DEFAULT }),
    ...(beta !== undefined && { beta }),
    ...(task === "rm" && { center_rewards_coefficient: 0.01 }),
    ...(weights !== null && {
      desirable_weight: weights.desirable,
      undesirable_weight: weights.undesirable,
    }),
    ...(hasValid(manifest) && { eval_strategy: '"epoch"' }),
  };
  const files = `{"train": "train.jsonl"${hasValid(manifest) ? ', "valid": "valid.jsonl"' : ""}}`;
  const version = task === "prm" ? TRAINER_VERSIONS.trlPrm : TRAINER_VERSIONS.trl;
  const token = task === "prm";
  return [
    `# pip install "trl==${version}", then: python train_trl.py`,
    ...(token ? [`# TRL ${TRAINER_VERSIONS.trl} has no trainer for process rewards.`] : []),
    "from datasets import load_dataset",
    ...(token ? ["from transformers import AutoModelForTokenClassification, AutoTokenizer"] : []),
    `from trl import ${name}Config, ${name}Trainer`,
    ...(task === "grpo" ? ["", "from rewards import against_truth"] : []),
    "",
    `data = load_dataset("json", data_files=${files})`,
    `model = ${JSON.stringify(training.model ?? MODEL)}`,
    `args = ${name}Config(`,
    ...Object.entries(settings).map(([key, value]) => `    ${key}=${value},`),
    ")",
    `trainer = ${name}Trainer(`,
    ...(token
      ? [
          "    model=AutoModelForTokenClassification.from_pretrained(model, num_labels=2),",
          "    processing_class=AutoTokenizer.from_pretrained(model),",
        ]
      : ["    model=model,"]),
    "    args=args,",
    ...(task === "grpo" ? ["    reward_funcs=against_truth,"] : []),
    '    train_dataset=data["train"],',
    ...(hasValid(manifest) ? ['    eval_dataset=data["valid"],'] : []),
    ")",
    "trainer.train()",
    'trainer.save_model("out")',
    "",
  ].join("\n");
}

/** How Axolotl is to read the lines of a task. */
function axolotlData(task: FinetuneTask): { data: object; top: object } {
  switch (task) {
    case "sft":
    case "principle":
      return {
        data: {
          type: "chat_template",
          field_messages: "messages",
          message_property_mappings: { role: "role", content: "content" },
          message_field_training: "train",
          roles_to_train: ["assistant"],
          train_on_eos: "turn",
        },
        top: {},
      };
    case "dpo":
      return { data: { type: "chat_template.default" }, top: { rl: "dpo" } };
    case "kto":
      return {
        data: { type: "chatml.prompt_pairs" },
        top: { rl: "kto", remove_unused_columns: false },
      };
    case "rm":
      return {
        data: { type: "bradley_terry.chat_template" },
        top: { reward_model: true, num_labels: 1 },
      };
    case "prm":
      return {
        data: { type: "stepwise_supervised", step_separator: "\n" },
        top: { process_reward_model: true, num_labels: 2 },
      };
    case "grpo":
      return {
        data: { type: "rewards.my_transform" },
        top: {
          rl: "grpo",
          trl: {
            num_generations: 8,
            max_completion_length: 512,
            beta: 0,
            reward_funcs: ["rewards.against_truth"],
            reward_weights: [1],
          },
        },
      };
  }
}

function axolotlYaml({ task, maxTokens, training = {} }: Asked, manifest: Manifest): string {
  const { data, top } = axolotlData(task);
  const dataset = (split: string) => ({ path: `${split}.jsonl`, ds_type: "json", ...data });
  const weights = task === "kto" ? weightsOf(manifest) : null;
  const config = {
    base_model: training.model ?? MODEL,
    chat_template: "tokenizer_default",
    ...top,
    ...((task === "dpo" || task === "kto") && { rl_beta: training.beta ?? 0.1 }),
    ...(weights !== null && {
      kto_desirable_weight: weights.desirable,
      kto_undesirable_weight: weights.undesirable,
    }),
    datasets: [dataset("train")],
    ...(hasValid(manifest) && { test_datasets: [{ ...dataset("valid"), split: "train" }] }),
    sequence_len: maxTokens ?? TOKENS_DEFAULT,
    micro_batch_size: training.batch ?? 2,
    gradient_accumulation_steps: 4,
    num_epochs: training.epochs ?? 1,
    learning_rate: training.learningRate ?? RATES[task],
    optimizer: "adamw_torch_fused",
    lr_scheduler: "cosine",
    output_dir: "./out",
  };
  const chatml =
    task === "kto" ? "# Written for ChatML; llama3.prompt_pairs is the type for Llama 3.\n" : "";
  return `# Axolotl ${TRAINER_VERSIONS.axolotl}; names of fields change between releases.\n${chatml}${stringify(config)}`;
}

/** Entries of `dataset_info.json` for LLaMA-Factory. */
function datasetInfo({ task }: Asked, manifest: Manifest): string {
  const ranking = task === "dpo" || task === "rm";
  const tools = manifest.columns.includes("tools");
  const columns = {
    messages: "conversations",
    ...(ranking && { chosen: "chosen", rejected: "rejected" }),
    ...(task === "kto" && { kto_tag: "label" }),
    ...(tools && { tools: "tools" }),
  };
  const entry = (split: string) => ({
    file_name: `${split}.jsonl`,
    formatting: "sharegpt",
    ...(ranking && { ranking: true }),
    columns,
    tags: { role_tag: "from", content_tag: "value", user_tag: "human", assistant_tag: "gpt" },
  });
  const info = {
    corrections: entry("train"),
    ...(hasValid(manifest) && { corrections_valid: entry("valid") }),
  };
  return `${JSON.stringify(info, null, 2)}\n`;
}

/** A grader of the OpenAI style: the fields of a line are its `item`. */
const GRADER = `${JSON.stringify(
  {
    type: "string_check",
    name: "against the ground truth",
    operation: "eq",
    input: "{{sample.output_text}}",
    reference: "{{item.ground_truth}}",
  },
  null,
  2,
)}\n`;

const REWARDS = `"""Rewards of sampled answers. Every column of the data reaches a reward as a list, one entry an answer.

The trainer subtracts the mean of each group, so that a constant added to a reward changes nothing, and a constant
factor the scale alone: correcting for fn_rate and fp_rate matters where they differ between the prompts of a batch.
"""


def text_of(completion):
    return completion if isinstance(completion, str) else completion[-1]["content"]


def against_truth(prompts, completions, ground_truth=None, fn_rate=None, fp_rate=None, **kwargs):
    """1 where the answer is the ground truth, white space and case aside; None where there is none.

    With error rates of the check, the reward is the unbiased one: (verdict - fp) / (1 - fp - fn).
    """
    rewards = []
    for at, completion in enumerate(completions):
        truth = ground_truth[at] if ground_truth else None
        if truth is None:
            rewards.append(None)
            continue
        same = " ".join(text_of(completion).lower().split()) == " ".join(truth.lower().split())
        fn = (fn_rate[at] if fn_rate else None) or 0.0
        fp = (fp_rate[at] if fp_rate else None) or 0.0
        rewards.append((float(same) - fp) / (1 - fp - fn) if fp + fn < 1 else None)
    return rewards


def my_transform(cfg, *args, **kwargs):
    """What Axolotl maps over the rows: they already are as the trainer takes them."""

    def transform(example, tokenizer=None):
        return example

    return transform, {"remove_columns": []}
`;
