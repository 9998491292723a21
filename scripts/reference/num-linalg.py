"""NumPy and SciPy on small random matrices: src/num/linalg.reference.json.

Run: pip install numpy scipy && python scripts/reference/num-linalg.py
"""

import json
import pathlib

import numpy as np
import scipy
import scipy.linalg

SEED = 11
rng = np.random.default_rng(SEED)

cases = []
for n in (1, 2, 5, 12):
    a, b = rng.normal(size=(n, n + 1)), rng.normal(size=(n + 1, 3))
    spd = a @ a.T + 0.1 * np.eye(n)
    symmetric = rng.normal(size=(n, n))
    symmetric = symmetric + symmetric.T
    right = rng.normal(size=n)
    # The power method needs a gap: eigenvalues 5, 1, 1, … in a random basis.
    basis = scipy.linalg.qr(rng.normal(size=(n, n)))[0]
    gapped = basis @ np.diag([5.0] + [1.0] * (n - 1)) @ basis.T
    cases.append(
        {
            "n": n,
            "a": a.tolist(),
            "b": b.tolist(),
            "product": (a @ b).tolist(),
            "spd": spd.tolist(),
            "cholesky": np.linalg.cholesky(spd).tolist(),
            "right": right.tolist(),
            "solution": scipy.linalg.solve(spd, right, assume_a="pos").tolist(),
            "symmetric": symmetric.tolist(),
            "eigenvalues": scipy.linalg.eigvalsh(symmetric).tolist(),
            "gapped": gapped.tolist(),
            "leading": np.abs(scipy.linalg.eigh(gapped)[1][:, -1]).tolist(),
        }
    )

out = {
    "source": "numpy.matmul, numpy.linalg.cholesky, scipy.linalg.solve, eigvalsh, eigh",
    "version": f"numpy {np.__version__}, scipy {scipy.__version__}",
    "script": "scripts/reference/num-linalg.py",
    "seed": SEED,
    "dtype": "float64",
    "rtol": 1e-9,
    "cases": cases,
}
pathlib.Path("src/num/linalg.reference.json").write_text(json.dumps(out) + "\n")
