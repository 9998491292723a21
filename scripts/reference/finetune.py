"""Whether the loaders of the trainers accept the golden files of src/formats/finetune.

Every file is loaded with Hugging Face `datasets`, whose schema must be the same with and without its first row. Then
the trainers' own code is run on each row, where it needs no model: TRL's `data_utils`, Axolotl's prompt strategies for
ChatML pairs and verdicts, LLaMA-Factory's ShareGPT converter. The latter two are loaded as single files, since their
packages import PyTorch, which none of this code uses.

Run: pip install datasets==4.4.1 transformers==4.57.3 addict && \
     pip install --no-deps trl==1.16.0 axolotl==0.19.0 llamafactory==0.9.5 && python scripts/reference/finetune.py
(writes src/formats/finetune/finetune.reference.json)
"""

import hashlib
import importlib.util
import json
import logging
import pathlib
import sys
import tempfile
import types
from dataclasses import dataclass
from enum import Enum, unique
from importlib.metadata import distribution, version

from datasets import Dataset, load_dataset
from trl.data_utils import extract_prompt, is_conversational, unpair_preference_dataset

FOLDER = pathlib.Path(__file__).parents[2] / "src/formats/finetune"


def single_file(package, path, name):
    file = distribution(package).locate_file(path)
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def llamafactory_converters():
    @unique
    class Role(str, Enum):  # the values of llamafactory.data.data_utils.Role
        USER = "user"
        ASSISTANT = "assistant"
        SYSTEM = "system"
        FUNCTION = "function"
        OBSERVATION = "observation"

    def refuse(message):
        raise ValueError(message)

    for name in ("lf", "lf.extras", "lf.data"):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = []
    log = logging.getLogger("lf")
    log.warning_rank0 = refuse  # where it would skip a row, it is not accepted
    log.get_logger = lambda _: log
    sys.modules["lf.extras"].logging = log
    log.__name__ = "lf.extras.logging"
    sys.modules["lf.data.data_utils"] = types.ModuleType("lf.data.data_utils")
    sys.modules["lf.data.data_utils"].Role = Role
    return single_file("llamafactory", "llamafactory/data/converter.py", "lf.data.converter")


CHATML = {
    kind: single_file("axolotl", f"axolotl/prompt_strategies/{kind}/chatml.py", f"axolotl_{kind}")
    for kind in ("dpo", "kto")
}
LLAMA = llamafactory_converters()


@dataclass
class Attr:
    """The fields of llamafactory's DatasetAttr that its ShareGPT converter reads."""

    ranking: bool = False
    kto_tag: str | None = None
    messages: str = "conversations"
    chosen: str = "chosen"
    rejected: str = "rejected"
    role_tag: str = "from"
    content_tag: str = "value"
    user_tag: str = "human"
    assistant_tag: str = "gpt"
    observation_tag: str = "observation"
    function_tag: str = "function_call"
    system_tag: str = "system"
    system: str | None = None
    tools: str | None = None
    images: str | None = None
    videos: str | None = None
    audios: str | None = None


def messages_end_with(role):
    return lambda row: row["messages"][-1]["role"] == role


def trl_checks(task, rows):
    for row in rows:
        if task == "prm":
            assert len(row["completions"]) == len(row["labels"]) and isinstance(row["prompt"], str)
            continue
        assert is_conversational(row)
        if task == "rm":
            prompt = extract_prompt(row)
            assert len(prompt["chosen"]) == len(prompt["rejected"]) == 1 and prompt["prompt"]
    if task == "dpo":
        unpaired = unpair_preference_dataset(Dataset.from_list(list(rows)))
        assert len(unpaired) == 2 * len(rows)
    return ["trl.data_utils"]


def axolotl_checks(task, rows):
    strategies = {"kto": ("kto", "prompt_pairs"), "rm": ("dpo", "icr")}
    if task not in strategies:
        return []
    kind, name = strategies[task]
    transform = getattr(CHATML[kind], name)({})
    for row in rows:
        out = transform(dict(row))
        assert out["prompt"].endswith("<|im_start|>assistant\n")
        assert ("<|im_start|>system" in out["prompt"]) == (row["system"] != "")
        assert (out["completion"] if kind == "kto" else out["chosen"]).endswith("<|im_end|>")
    return [f"axolotl {kind}.chatml.{name}"]


def llamafactory_checks(task, rows):
    attr = Attr(ranking=task in ("dpo", "rm"), kto_tag="label" if task == "kto" else None)
    convert = LLAMA.SharegptDatasetConverter(dataset_attr=attr, data_args=None)
    for row in rows:
        out = convert(row)
        assert out["_prompt"][-1]["role"] == "user"
        assert len(out["_response"]) == (1 if task in ("sft", "principle") else 2)
    return ["llamafactory SharegptDatasetConverter"]


CHECKS = {"trl": trl_checks, "axolotl": axolotl_checks, "llamafactory": llamafactory_checks}


def load(file):
    with tempfile.TemporaryDirectory() as cache:
        return load_dataset("json", data_files=str(file), split="train", cache_dir=cache)


def check(file):
    target, task, name = file.name.split("-", 2)
    rows = load(file)
    lines = file.read_text().splitlines()
    assert len(rows) == len(lines) == 2
    with tempfile.TemporaryDirectory() as folder:
        rest = pathlib.Path(folder) / "rest.jsonl"
        rest.write_text(lines[0] + "\n")
        assert load(rest).features == rows.features, "the types are those of the first line"
    checks = CHECKS[target](task, rows) if target in CHECKS and name == "train.jsonl" else []
    return ["datasets.load_dataset", *checks]


cases = []
for file in sorted((FOLDER / "golden").glob("*.jsonl")):
    try:
        loaders, problem = check(file), None
    except Exception as error:  # whatever a loader says is the result
        loaders, problem = [], f"{type(error).__name__}: {error}"
        print(file.name, problem)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    case = {"file": file.name, "sha256": sha256, "accepted": problem is None, "loaders": loaders}
    cases.append(case if problem is None else {**case, "problem": problem})

packages = ("datasets", "trl", "axolotl", "llamafactory")
reference = {
    "source": "the loaders of Hugging Face datasets, TRL, Axolotl and LLaMA-Factory",
    "version": ", ".join(f"{name} {version(name)}" for name in packages),
    "script": "scripts/reference/finetune.py",
    "seed": None,
    "dtype": "text",
    "rtol": 0,
    "cases": cases,
}
(FOLDER / "finetune.reference.json").write_text(json.dumps(reference, indent=1) + "\n")
print(sum(case["accepted"] for case in cases), "of", len(cases), "accepted")
