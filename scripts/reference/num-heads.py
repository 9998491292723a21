"""Penalised logistic regression at its minimum, from scikit-learn: src/num/heads.reference.json.

Run: pip install scikit-learn && python scripts/reference/num-heads.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

SEED, N, D, K, DECAY = 3, 60, 5, 3, 0.1
rng = np.random.default_rng(SEED)
x = rng.normal(size=(N, D)).round(3) * (rng.uniform(size=(N, D)) < 0.6)
y = (x @ rng.normal(size=(D, K)) + rng.gumbel(size=(N, K))).argmax(1)

# mean log-loss + DECAY / 2 |W|², the bias free: scikit-learn sums the losses, so C = 1 / (n DECAY).
model = LogisticRegression(C=1 / (N * DECAY), tol=1e-12, max_iter=100_000).fit(x, y)

out = {
    "source": "LogisticRegression (multinomial, lbfgs)",
    "version": f"scikit-learn {sklearn.__version__}",
    "script": "scripts/reference/num-heads.py",
    "seed": SEED,
    "dtype": "float64",
    "rtol": 1e-4,
    "cases": [
        {
            "features": x.tolist(),
            "labels": y.tolist(),
            "weightDecay": DECAY,
            "probabilities": model.predict_proba(x).tolist(),
        }
    ],
}
pathlib.Path("src/num/heads.reference.json").write_text(json.dumps(out) + "\n")
