"""Rank correlations, METEOR by equal words, length-controlled win rate: src/measure/language.reference.json.

Run: pip install scipy nltk && python scripts/reference/measure-language.py
"""

import json
import pathlib
import random
from importlib.metadata import version

import numpy as np
from nltk.translate.meteor_score import single_meteor_score
from scipy.optimize import minimize
from scipy.stats import kendalltau, spearmanr

SEED = 11
rng = random.Random(SEED)


class SameWord:
    def stem(self, word):
        return word


class NoSynonyms:
    def synsets(self, word):
        return []


def ranks():
    n = rng.choice([2, 3, 5, 9, 40])
    wide = rng.choice([3, 1000])
    x = [rng.randrange(wide) for _ in range(n)]
    y = [v + rng.randrange(-2, 3) if rng.random() < 0.7 else rng.randrange(wide) for v in x]
    if len(set(x)) < 2 or len(set(y)) < 2:
        return None
    return {
        "x": x,
        "y": y,
        "spearman": float(spearmanr(x, y).statistic),
        "kendall": float(kendalltau(x, y).statistic),
    }


def texts():
    words = "a b c d e f g h".split()[: rng.choice([2, 4, 8])]
    make = lambda: [rng.choice(words) for _ in range(rng.randrange(1, 14))]
    output, reference = make(), make()
    score = single_meteor_score(
        reference, output, preprocess=str, stemmer=SameWord(), wordnet=NoSynonyms()
    )
    return {"output": output, "reference": reference, "meteor": float(score)}


def verdicts():
    n = rng.choice([12, 60])
    rows = []
    for _ in range(n):
        difference = rng.randrange(-9, 14)
        odds = 0.3 + 0.8 * np.tanh(difference / 5)
        rows.append([rng.choice([0.5, float(rng.random() < 1 / (1 + np.exp(-odds)))]), difference])
    y, d = np.array(rows).T
    x = np.tanh(d / d.std())
    loss = lambda b: np.sum(np.logaddexp(0, b[0] + b[1] * x) - y * (b[0] + b[1] * x))
    fit = minimize(loss, [0, 0], method="BFGS", options={"gtol": 1e-10})
    theta, phi = fit.x
    return {"rows": rows, "winRate": float(1 / (1 + np.exp(-theta))), "lengthEffect": float(phi)}


cases = {
    "ranks": [case for case in (ranks() for _ in range(24)) if case is not None],
    "texts": [texts() for _ in range(30)],
    "verdicts": [verdicts() for _ in range(6)],
}
out = {
    "source": "SciPy spearmanr and kendalltau, NLTK single_meteor_score without stems and synonyms, SciPy BFGS on the logistic likelihood",
    "version": ", ".join(f"{p} {version(p)}" for p in ("scipy", "nltk", "numpy")),
    "script": "scripts/reference/measure-language.py",
    "seed": SEED,
    "dtype": "float64",
    "rtol": 1e-9,
    "cases": cases,
}
path = pathlib.Path(__file__).parents[2] / "src/measure/language.reference.json"
path.write_text(json.dumps(out) + "\n")
