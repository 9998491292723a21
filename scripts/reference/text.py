"""Reference values of src/measure/text: distances from RapidFuzz, BLEU from sacreBLEU, GLEU from NLTK, SARI as in
Hugging Face evaluate.

The SARI of Hugging Face evaluate is no package of its own: `evaluate.load` fetches the file at run time. It is written
here anew with `collections.Counter`, from its definition, and first held against the example in that file's
documentation (26.953601953601954).

Run: pip install rapidfuzz==3.14.6 sacrebleu==2.6.0 nltk==3.10.4 && python scripts/reference/text.py
(writes src/measure/text/text.reference.json)
"""

import json
import pathlib
import random
from collections import Counter
from importlib.metadata import version

import sacrebleu
from nltk.translate import gleu_score
from rapidfuzz.distance import Levenshtein
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

SEED = 21
rng = random.Random(SEED)
tokenise = Tokenizer13a()

WORDS = (
    "the a of and to in is that it was for on are with as his they at be this have from or had by not but some what "
    "there we can out other were all your when up use word how said an each she which do their time if will way about "
    "many then them would write like so these her long make thing see him two has look more day could go come did my "
    "sound no most number who over know water than call first people may down side been now find café naïve Straße 北京 "
    "😀 don't 3.14 1,000 well-known U.S."
).split()


def sentence(length):
    text = " ".join(rng.choice(WORDS) for _ in range(length))
    return text.replace(" ", ", ", 1) + rng.choice([".", "!", " ?", '"', ""])


def revised(text, rate):
    out = []
    for word in text.split(" "):
        draw = rng.random()
        if draw < rate / 3:
            continue
        out.append(rng.choice(WORDS) if draw < 2 * rate / 3 else word)
        if 2 * rate / 3 <= draw < rate:
            out.append(rng.choice(WORDS))
    return " ".join(out)


def ngrams(tokens, n):
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def f1(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0


def share(part, whole):
    return part / whole if whole > 0 else 1


def sari_order(source, output, references, n):
    count = len(references)
    src = Counter({g: c * count for g, c in ngrams(source, n).items()})
    out = Counter({g: c * count for g, c in ngrams(output, n).items()})
    ref = sum((ngrams(r, n) for r in references), Counter())
    kept, to_keep = src & out, src & ref
    right = kept & ref
    keep = f1(
        share(sum(right[g] / kept[g] for g in right), len(kept)),
        share(sum(right.values()), sum(to_keep.values())),
    )
    deleted = src - out
    right = deleted & (src - ref)
    delete = share(sum(right[g] / deleted[g] for g in right), len(deleted))
    added, to_add = set(out) - set(src), set(ref) - set(src)
    add = f1(share(len(added & to_add), len(added)), share(len(added & to_add), len(to_add)))
    return keep, delete, add


def sari(source, output, references):
    def tokens(text):
        return tokenise(text.lower()).split()

    orders = [
        sari_order(tokens(source), tokens(output), [tokens(r) for r in references], n)
        for n in (1, 2, 3, 4)
    ]
    parts = [sum(order[i] for order in orders) / 4 for i in range(3)]
    return 100 * sum(parts) / 3


documented = (
    "About 95 species are currently accepted .",
    "About 95 you now get in .",
    [
        "About 95 species are currently known .",
        "About 95 species are now accepted .",
        "95 species are now accepted .",
    ],
)
assert abs(sari(*documented) - 26.953601953601954) < 1e-9

triples = [documented]
for length in (1, 2, 3, 5, 8, 13, 21, 40):
    for references in (1, 2, 4):
        source = sentence(length)
        goods = [revised(source, 0.3) for _ in range(references)]
        triples.append((source, revised(rng.choice(goods), 0.2), goods))
triples += [
    ("the cat sat", "the cat sat", ["the cat sat"]),
    ("the cat sat", "", ["a cat sat"]),
    ("He said &quot;no&quot; at 3.5%-ish, <b>x</b>", "He said no at 3.5% <b>x</b>", ["He said no."]),
]

pairs = [("", ""), ("", "abc"), ("kitten", "sitting"), ("e\u0301a", "éa"), ("😀😁", "😁"), ("a\r\nb", "a\nb")]
for length in (3, 10, 30, 70, 200, 600):
    for rate in (0.05, 0.3, 1.0):
        text = sentence(length)
        pairs.append((text, revised(text, rate)))
        pairs.append((text, sentence(length // 2 + 1)))

cases = {
    "distances": [
        {
            "a": a,
            "b": b,
            "characters": Levenshtein.distance(a, b),
            "normalised": Levenshtein.normalized_distance(a, b),
            "words": Levenshtein.distance(a.split(), b.split()),
        }
        for a, b in pairs
    ],
    "tokens": [{"text": text, "tokens": tokenise(text).split()} for text, _, _ in triples],
    "revisions": [
        {
            "source": source,
            "output": output,
            "references": references,
            "sari": sari(source, output, references),
            "bleu": sacrebleu.sentence_bleu(output, references).score,
            "gleu": gleu_score.sentence_gleu(
                [tokenise(r).split() for r in references], tokenise(output).split()
            ),
        }
        for source, output, references in triples
    ],
}
outputs = [output for _, output, _ in triples]
most = max(len(references) for _, _, references in triples)
streams = [[refs[i] if i < len(refs) else None for _, _, refs in triples] for i in range(most)]
cases["corpus"] = {
    "sari": sum(case["sari"] for case in cases["revisions"]) / len(triples),
    "bleu": sacrebleu.corpus_bleu(outputs, streams).score,
    "gleu": gleu_score.corpus_gleu(
        [[tokenise(r).split() for r in refs] for _, _, refs in triples],
        [tokenise(output).split() for output in outputs],
    ),
}

packages = ("rapidfuzz", "sacrebleu", "nltk")
out = {
    "source": "RapidFuzz, sacreBLEU, NLTK, SARI as in Hugging Face evaluate",
    "version": ", ".join(f"{name} {version(name)}" for name in packages),
    "script": "scripts/reference/text.py",
    "seed": SEED,
    "dtype": "float64",
    "rtol": 1e-9,
    "cases": cases,
}
path = pathlib.Path(__file__).parents[2] / "src/measure/text/text.reference.json"
path.write_text(json.dumps(out, ensure_ascii=False) + "\n")
