"""Reference values of src/assess: Dawid-Skene from crowd-kit, calibrators from scikit-learn and SciPy.

Run: pip install crowd-kit==1.4.0 scikit-learn && python scripts/reference/assess.py
(writes src/assess/assess.reference.json)
"""

import json
import pathlib
from importlib.metadata import version

import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene, MajorityVote
from scipy import optimize
from scipy.special import log_softmax
from sklearn.calibration import _sigmoid_calibration
from sklearn.isotonic import IsotonicRegression

SEED = 5
rng = np.random.default_rng(SEED)
cases = {}


def votes_of(items, workers, classes, per_item):
    """Votes of workers with confusion matrices of their own, each item seen by some of them."""
    truth = rng.integers(classes, size=items)
    skill = rng.uniform(0.4, 0.95, size=workers)
    rows = []
    for i in range(items):
        for w in rng.choice(workers, size=per_item, replace=False):
            right = rng.random() < skill[w]
            rows.append((i, w, truth[i] if right else rng.integers(classes)))
    return pd.DataFrame(rows, columns=["task", "worker", "label"])


def dawid_skene(items, workers, classes, per_item, iterations):
    votes = votes_of(items, workers, classes, per_item)
    # A tolerance below 0 is never reached: both sides make the same number of iterations.
    model = DawidSkene(n_iter=iterations, tol=-1e9).fit(votes)
    probabilities = model.probas_.loc[range(items), range(classes)].to_numpy()
    return {
        "items": items,
        "workers": workers,
        "classes": classes,
        "item": votes.task.tolist(),
        "worker": votes.worker.tolist(),
        "label": votes.label.tolist(),
        "iterations": iterations,
        "probabilities": probabilities.ravel().tolist(),
        "labels": model.labels_.loc[range(items)].tolist(),
        "majority": MajorityVote()
        .fit_predict_proba(votes)
        .loc[range(items), range(classes)]
        .to_numpy()
        .ravel()
        .tolist(),
    }


cases["dawidSkene"] = [dawid_skene(60, 8, 3, 4, 10), dawid_skene(40, 6, 2, 3, 25)]

# Calibrators: a score and whether the event happened.
for name, n in [("small", 12), ("larger", 80)]:
    score = np.round(rng.normal(size=n), 2)  # with ties
    happened = (rng.random(n) < 1 / (1 + np.exp(-2 * score))).astype(float)
    at = np.linspace(-3, 3, 13)
    a, b = _sigmoid_calibration(score, happened)
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(score, happened)
    cases.setdefault("calibrators", []).append(
        {
            "name": name,
            "scores": score.tolist(),
            "happened": happened.tolist(),
            "at": at.tolist(),
            "platt": {"a": a, "b": b, "values": (1 / (1 + np.exp(a * at + b))).tolist()},
            "isotonic": isotonic.predict(at).tolist(),
        }
    )

logits = np.round(rng.normal(scale=4, size=(50, 3)), 3)
gold = np.array([rng.choice(3, p=np.exp(log_softmax(row / 2.5))) for row in logits])


def negative_log_likelihood(log_t):
    return -log_softmax(logits / np.exp(log_t), axis=1)[np.arange(50), gold].sum()


best = optimize.minimize_scalar(negative_log_likelihood, bounds=(-4, 4), method="bounded", options={"xatol": 1e-12})
cases["temperature"] = {
    "logits": logits.ravel().tolist(),
    "gold": gold.tolist(),
    "temperature": float(np.exp(best.x)),
}

out = {
    "source": "crowd-kit, scikit-learn, SciPy",
    "version": ", ".join(f"{p} {version(p)}" for p in ["crowd-kit", "scikit-learn", "scipy", "numpy"]),
    "script": "scripts/reference/assess.py",
    "seed": SEED,
    "dtype": "float64",
    "rtol": 1e-6,
    "cases": cases,
}
path = pathlib.Path(__file__).parents[2] / "src/assess/assess.reference.json"
path.write_text(json.dumps(out, indent=1) + "\n")
