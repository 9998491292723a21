"""Ten steps of PyTorch's optimisers on fixed gradients: src/num/optimisers.reference.json.

Run: pip install torch numpy && python scripts/reference/num-optimisers.py
"""

import json
import pathlib

import numpy as np
import torch

SEED, SIZE, STEPS = 7, 6, 10
rng = np.random.default_rng(SEED)
start = rng.normal(size=SIZE).astype(np.float32)
gradients = rng.normal(size=(STEPS, SIZE)).astype(np.float32)
gradients[:, 0] = 0  # a parameter without gradient still decays, and moves under momentum
gradients[0, 1] = 5.0

CASES = {
    "sgd": (torch.optim.SGD, {"lr": 0.1}, {"kind": "sgd"}),
    "sgd, momentum": (
        torch.optim.SGD,
        {"lr": 0.1, "momentum": 0.9},
        {"kind": "sgd", "momentum": 0.9},
    ),
    "sgd, momentum and decay": (
        torch.optim.SGD,
        {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.05},
        {"kind": "sgd", "momentum": 0.9},
    ),
    "adam": (torch.optim.Adam, {"lr": 0.05}, {"kind": "adam"}),
    "adam, betas and epsilon": (
        torch.optim.Adam,
        {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-3},
        {"kind": "adam", "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3},
    ),
    "adam, decay": (torch.optim.Adam, {"lr": 0.05, "weight_decay": 0.1}, {"kind": "adam"}),
    "adamw, decay": (torch.optim.AdamW, {"lr": 0.05, "weight_decay": 0.1}, {"kind": "adamw"}),
}

cases = []
for name, (make, settings, options) in CASES.items():
    w = torch.nn.Parameter(torch.tensor(start.copy()))
    optimiser = make([w], **settings)
    path = []
    for gradient in gradients:
        w.grad = torch.tensor(gradient.copy())
        optimiser.step()
        path.append([float(x) for x in w.detach()])
    cases.append(
        {
            "name": name,
            "options": options,
            "learningRate": settings["lr"],
            "weightDecay": settings.get("weight_decay", 0),
            "path": path,
        }
    )

out = {
    "source": "torch.optim.SGD, Adam, AdamW on the CPU",
    "version": torch.__version__,
    "script": "scripts/reference/num-optimisers.py",
    "seed": SEED,
    "dtype": "float32",
    "rtol": 1e-5,
    "cases": cases,
    "start": [float(x) for x in start],
    "gradients": [[float(x) for x in g] for g in gradients],
}
pathlib.Path("src/num/optimisers.reference.json").write_text(json.dumps(out, indent=1) + "\n")
