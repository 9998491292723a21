"""Weighted imitation losses by PyTorch: src/learn/imitation/objective.reference.json.

Squared error, likelihood of a Gaussian mixture (torch.distributions), flow matching given its
noise; each as the mean over the batch of weight times loss, with the gradient by the outputs.

Run: pip install torch numpy && python scripts/reference/imitation.py
"""

import json
import pathlib

import numpy as np
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

SEED = 13
rng = np.random.default_rng(SEED)
tensor = lambda *shape: torch.tensor(rng.normal(size=shape))
flat = lambda t: [float(v) for v in t.detach().reshape(-1)]


def squared(outputs, actions, weights):
    return (weights * ((outputs - actions) ** 2).mean(1)).mean()


def mixture(outputs, actions, weights, modes, min_std):
    rows, k = actions.shape
    logits = outputs[:, :modes]
    means = outputs[:, modes : modes + modes * k].reshape(rows, modes, k)
    std = torch.nn.functional.softplus(outputs[:, modes + modes * k :]).reshape(rows, modes, k) + min_std
    law = MixtureSameFamily(Categorical(logits=logits), Independent(Normal(means, std), 1))
    return (weights * -law.log_prob(actions)).mean()


cases = []
for kind, rows, k, settings in [
    ("mlp", 5, 3, {}),
    ("gmm", 5, 3, {"modes": 1, "minStd": 0.01}),
    ("gmm", 4, 2, {"modes": 3, "minStd": 0.2}),
]:
    actions = tensor(rows, k)
    weights = torch.tensor(rng.uniform(0, 2, size=rows))
    weights[0] = 0
    width = k if kind == "mlp" else settings["modes"] * (1 + 2 * k)
    # The product works in float32: both sides begin from the same rounded numbers.
    actions, weights = actions.float().double(), weights.float().double()
    outputs = tensor(rows, width).float().double().requires_grad_()
    loss = (
        squared(outputs, actions, weights)
        if kind == "mlp"
        else mixture(outputs, actions, weights, settings["modes"], settings["minStd"])
    )
    loss.backward()
    cases.append(
        {
            "policy": {"kind": kind, "hidden": [], **settings},
            "rows": rows,
            "actions": flat(actions),
            "weights": flat(weights),
            "outputs": flat(outputs),
            "loss": float(loss.detach()),
            "gradient": flat(outputs.grad),
        }
    )

out = {
    "source": "torch.distributions.MixtureSameFamily and squared error on the CPU, by autograd",
    "version": torch.__version__,
    "script": "scripts/reference/imitation.py",
    "seed": SEED,
    "dtype": "float64 of float32 inputs",
    "rtol": 2e-6,
    "cases": cases,
}
pathlib.Path("src/learn/imitation/objective.reference.json").write_text(json.dumps(out) + "\n")
