"""Stratified odds ratios by statsmodels: src/measure/win-loss.reference.json.

Run: pip install statsmodels && python scripts/reference/measure-win-loss.py
"""

import json
import pathlib
import random
from importlib.metadata import version

import numpy as np
from statsmodels.stats.contingency_tables import StratifiedTable

SEED = 7
rng = random.Random(SEED)


def case(tables):
    # Rows treated and held out, columns success and defect.
    table = StratifiedTable([np.array(t, dtype=float) for t in tables])
    low, high = table.oddsratio_pooled_confint(alpha=0.05, method="normal")
    return {
        "strata": [
            {
                "treated": {"success": t[0][0], "defect": t[0][1]},
                "holdOut": {"success": t[1][0], "defect": t[1][1]},
            }
            for t in tables
        ],
        "ratio": table.oddsratio_pooled,
        "low": low,
        "high": high,
    }


cases = [
    case([[[90, 10], [5, 15]]]),
    case([[[9, 1], [2, 8]], [[30, 30], [3, 3]], [[0, 5], [1, 4]]]),
]
for _ in range(6):
    cases.append(
        case(
            [
                [[rng.randint(1, 60), rng.randint(1, 20)], [rng.randint(1, 9), rng.randint(1, 9)]]
                for _ in range(rng.randint(1, 9))
            ]
        )
    )

out = {
    "source": "statsmodels.stats.contingency_tables.StratifiedTable",
    "version": version("statsmodels"),
    "script": "scripts/reference/measure-win-loss.py",
    "seed": SEED,
    "dtype": "float64",
    "rtol": 1e-10,
    "cases": cases,
}
path = pathlib.Path(__file__).parents[2] / "src" / "measure" / "win-loss.reference.json"
path.write_text(json.dumps(out, indent=1) + "\n")
