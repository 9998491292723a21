"""Absorbing chains by SciPy's sparse LU: src/num/absorbing-chain.reference.json.

Run: pip install numpy scipy && python scripts/reference/num-absorbing-chain.py
"""

import json
import pathlib

import numpy as np
import scipy
import scipy.sparse as sp
import scipy.sparse.linalg as sla

SEED = 17
rng = np.random.default_rng(SEED)

cases = []
for n, moves in ((1, 0), (2, 2), (5, 8), (12, 40), (40, 160)):
    pairs = sorted({(int(a), int(b)) for a, b in rng.integers(0, n, (moves, 2)) if a != b})
    counts = rng.integers(1, 20, len(pairs)).astype(float)
    success = rng.integers(0, 15, n).astype(float)
    failure = rng.integers(1, 8, n).astype(float)
    rows = np.array([a for a, _ in pairs], dtype=int)
    cols = np.array([b for _, b in pairs], dtype=int)
    moved = sp.csr_matrix((counts, (rows, cols)), shape=(n, n))
    total = np.asarray(moved.sum(axis=1)).ravel() + success + failure
    q = sp.diags(1 / total) @ moved
    lu = sla.splu(sp.csc_matrix(sp.identity(n) - q))
    visits = np.array([lu.solve(np.eye(n)[i], trans="T") for i in range(n)])
    cases.append(
        {
            "states": n,
            "moves": [[a, b, c] for (a, b), c in zip(pairs, counts.tolist())],
            "success": success.tolist(),
            "failure": failure.tolist(),
            "visits": visits.tolist(),
            "absorbed": lu.solve(success / total).tolist(),
        }
    )

out = {
    "source": "scipy.sparse.linalg.splu of I - Q: rows of its inverse, and absorption in success",
    "version": f"numpy {np.__version__}, scipy {scipy.__version__}",
    "script": "scripts/reference/num-absorbing-chain.py",
    "seed": SEED,
    "dtype": "float64",
    "rtol": 1e-9,
    "cases": cases,
}
pathlib.Path("src/num/absorbing-chain.reference.json").write_text(json.dumps(out) + "\n")
