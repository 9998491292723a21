"""Jaro-Winkler by rapidfuzz, Jaccard of words by jellyfish: src/num/string-similarity.reference.json.

Run: pip install rapidfuzz jellyfish && python scripts/reference/num-string-similarity.py
"""

import json
import pathlib
import random
from importlib.metadata import version

import jellyfish
from rapidfuzz.distance import JaroWinkler

SEED = 19
rng = random.Random(SEED)

words = "play put on the jazz jaz music blue suede shoes turn light off set alarm for call mum".split()
pairs = [
    ("", ""),
    ("", "a"),
    ("a", "a"),
    ("a", "b"),
    ("ab", "ba"),
    ("martha", "marhta"),
    ("dixon", "dicksonx"),
    ("dwayne", "duane"),
    ("play jazz", "play jaz"),
    ("turn on light", "turn off light"),
    ("aaaaaaaaab", "baaaaaaaaa"),
    ("straße", "strasse"),
    ("play", "play some music by the beatles"),
]
for _ in range(60):
    said = [rng.choice(words) for _ in range(rng.randint(1, 6))]
    again = [w for w in said if rng.random() < 0.8] + [rng.choice(words) for _ in range(rng.randint(0, 2))]
    text = list(" ".join(again))
    for _ in range(rng.randint(0, 3)):
        if text:
            text[rng.randrange(len(text))] = rng.choice("abcdefgh")
    pairs.append((" ".join(said), "".join(text).strip()))

cases = [
    {
        "a": a,
        "b": b,
        "jaroWinkler": JaroWinkler.similarity(a, b),
        "tokenJaccard": 1.0 if a == b else jellyfish.jaccard_similarity(a, b),
    }
    for a, b in pairs
    if "  " not in b
]

out = {
    "source": "rapidfuzz.distance.JaroWinkler.similarity, jellyfish.jaccard_similarity",
    "version": f"rapidfuzz {version('rapidfuzz')}, jellyfish {version('jellyfish')}",
    "script": "scripts/reference/num-string-similarity.py",
    "seed": SEED,
    "dtype": "float64",
    "rtol": 1e-12,
    "cases": cases,
}
pathlib.Path("src/num/string-similarity.reference.json").write_text(json.dumps(out) + "\n")
