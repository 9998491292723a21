"""Reference values of src/num/special.ts, from SciPy.

Run: python scripts/reference/special.py   (needs scipy; writes src/num/special.reference.json)
"""

import json
import pathlib

import numpy as np
import scipy
from scipy import special, stats


def rows(function, arguments):
    return [{"args": list(map(float, a)), "value": float(function(*a))} for a in arguments]


shapes = [
    (0.5, 0.5),
    (0.01, 3),
    (1, 1),
    (2, 3),
    (3, 998),
    (41, 1),
    (1, 4000),
    (250, 750),
    (1e4, 3e4),
    (123456, 654321),
    (1e6, 2),
]
shares = [1e-12, 0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9999]
near = [
    (float(stats.beta.mean(a, b) + t * stats.beta.std(a, b)), a, b)
    for a, b in shapes
    for t in (-3, -1, -0.1, 0, 0.1, 1, 3, 6)
]
betas = [(x, a, b) for x, a, b in near if 0 < x < 1]
betas += [(x, a, b) for a, b in shapes[:8] for x in (1e-9, 0.01, 0.5, 0.99)]
quantiles = [(p, a, b) for a, b in shapes for p in shares if special.betaincinv(a, b, p) > 1e-290]
gammas = [
    (a, a * f) for a in (0.1, 0.5, 1, 3, 10, 250, 1e4, 1e6) for f in (0.01, 0.5, 0.97, 1, 1.03, 2)
]
zs = [-37, -20, -8, -6, -3, -1.959963984540054, -1, -0.6629, -0.5, -1e-9, 0, 0.3, 0.67, 2, 5, 7.5]
ts = [(t, df) for df in (1, 2, 3.5, 10, 99, 1e5) for t in (-40, -5, -1.3, -0.01, 0, 0.2, 2, 8)]
tps = [
    (p, df)
    for df in (1, 2, 3.5, 10, 99, 1e5)
    for p in (1e-9, 0.025, 0.3, 0.4999, 0.5, 0.6, 0.975, 0.9999)
]
binomials = [
    (k, n, p)
    for n, p in ((1, 0.3), (10, 0.5), (50, 0.02), (1000, 0.05), (10**6, 1e-4))
    for k in (0, 1, 3, 9, 60, 130)
    if k <= n
]

cases = {
    "logGamma": rows(
        special.gammaln, [(x,) for x in (1e-8, 0.1, 0.5, 1, 1.5, 2, 3.7, 9.99, 10, 55.5, 1e3, 1e7)]
    ),
    "betaIncomplete": rows(lambda x, a, b: special.betainc(a, b, x), betas),
    "betaQuantile": rows(lambda p, a, b: special.betaincinv(a, b, p), quantiles),
    "gammaIncomplete": rows(special.gammainc, gammas),
    "normalCdf": rows(special.ndtr, [(z,) for z in zs]),
    "normalQuantile": rows(
        special.ndtri,
        [
            (p,)
            for p in (1e-300, 1e-20, 1e-9, 0.001, 0.025, 0.07, 0.3, 0.5, 0.6, 0.93, 0.975, 0.999999)
        ],
    ),
    "studentTCdf": rows(stats.t.cdf, ts),
    "studentTQuantile": rows(stats.t.ppf, tps),
    "binomialCdf": rows(stats.binom.cdf, binomials),
    "binomialUpper": rows(lambda k, n, p: stats.binom.sf(k - 1, n, p), binomials),
    "binomialPmf": rows(stats.binom.pmf, binomials),
}
out = pathlib.Path(__file__).parents[2] / "src/num/special.reference.json"
out.write_text(
    json.dumps(
        {
            "source": "scipy.special, scipy.stats",
            "version": f"scipy {scipy.__version__}, numpy {np.__version__}",
            "script": "scripts/reference/special.py",
            "seed": None,
            "dtype": "float64",
            "rtol": 1e-10,
            "cases": cases,
        },
        indent=1,
    )
    + "\n"
)
