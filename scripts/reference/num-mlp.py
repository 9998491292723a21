"""PyTorch's tanh perceptrons, forward and back: src/num/mlp.reference.json.

Run: pip install torch numpy && python scripts/reference/num-mlp.py
"""

import json
import pathlib

import numpy as np
import torch

SEED = 11
rng = np.random.default_rng(SEED)
cases = []
for widths, rows in [([3, 2], 4), ([11, 16, 16, 3], 7), ([5, 9, 6], 1), ([2, 8, 8, 8, 12], 3)]:
    linears = [torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
    for linear in linears:
        linear.weight.data = torch.tensor(rng.normal(size=linear.weight.shape) / 3, dtype=torch.float32)
        linear.bias.data = torch.tensor(rng.normal(size=linear.bias.shape) / 3, dtype=torch.float32)
    x = torch.tensor(rng.normal(size=(rows, widths[0])), dtype=torch.float32)
    up = torch.tensor(rng.normal(size=(rows, widths[-1])), dtype=torch.float32)
    out = x
    for i, linear in enumerate(linears):
        out = linear(out)
        if i < len(linears) - 1:
            out = torch.tanh(out)
    (out * up).sum().backward()
    ours = lambda pick: [
        *(float(v) for linear in linears for v in pick(linear.weight).T.reshape(-1)),
        *(float(v) for linear in linears for v in pick(linear.bias)),
    ]
    cases.append(
        {
            "widths": widths,
            "rows": rows,
            "parameters": ours(lambda p: p.detach()),
            "input": [float(v) for v in x.reshape(-1)],
            "outputGradient": [float(v) for v in up.reshape(-1)],
            "output": [float(v) for v in out.detach().reshape(-1)],
            "gradient": ours(lambda p: p.grad),
        }
    )

# Seven digits are all that float32 has.
cases = json.loads(json.dumps(cases), parse_float=lambda text: float(f"{float(text):.8g}"))
out = {
    "source": "torch.nn.Linear and torch.tanh on the CPU, gradients by autograd",
    "version": torch.__version__,
    "script": "scripts/reference/num-mlp.py",
    "seed": SEED,
    "dtype": "float32",
    "rtol": 1e-5,
    "cases": cases,
}
pathlib.Path("src/num/mlp.reference.json").write_text(json.dumps(out) + "\n")
