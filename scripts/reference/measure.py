"""Reference values of src/measure, from scikit-learn, SciPy, statsmodels and krippendorff.

Run: python scripts/reference/measure.py   (writes src/measure/measure.reference.json)
"""

import json
import pathlib
from importlib.metadata import version

import krippendorff
import numpy as np
from scipy import optimize, stats
from scipy.stats._resampling import _bca_interval
from sklearn import calibration, metrics
from statsmodels.stats import contingency_tables, proportion, weightstats

SEED = 20
rng = np.random.default_rng(SEED)
cases = {}


def listed(values):
    return np.asarray(values).tolist()


# Proportions
counts = [(0, 1), (1, 1), (0, 20), (3, 20), (10, 20), (20, 20), (7, 1000), (1200, 30000)]
cases["proportion"] = [
    {
        "k": k,
        "n": n,
        "level": level,
        "wilson": listed(proportion.proportion_confint(k, n, 1 - level, "wilson")),
        "clopperPearson": listed(proportion.proportion_confint(k, n, 1 - level, "beta")),
    }
    for k, n in counts
    for level in (0.9, 0.95, 0.999)
]

# Classification
gold = rng.integers(0, 4, 200)
output = np.where(rng.random(200) < 0.7, gold, rng.integers(0, 4, 200))
cases["classification"] = {
    "gold": listed(gold),
    "output": listed(output),
    "confusion": listed(metrics.confusion_matrix(gold, output).ravel()),
    "accuracy": metrics.accuracy_score(gold, output),
    "precision": listed(metrics.precision_score(gold, output, average=None)),
    "recall": listed(metrics.recall_score(gold, output, average=None)),
    "f1": listed(metrics.f1_score(gold, output, average=None)),
    "macroF1": metrics.f1_score(gold, output, average="macro"),
}

# Reliability and ranking: risks with ties
risk = np.round(rng.beta(1, 4, 400), 2)
wrong = (rng.random(400) < risk**1.3).astype(int)


def reliability(strategy, bins=10):
    observed, predicted = calibration.calibration_curve(wrong, risk, n_bins=bins, strategy=strategy)
    return {"observed": listed(observed), "predicted": listed(predicted)}


def ece_width(bins=10):
    edges = np.linspace(0, 1, bins + 1)
    which = np.searchsorted(edges[1:-1], risk)
    return sum(abs((risk - wrong)[which == b].sum()) for b in range(bins)) / len(risk)


def ece_mass(bins=10):
    order = np.argsort(risk, kind="stable")
    edges = [len(risk) * b // bins for b in range(bins + 1)]
    return sum(abs((risk - wrong)[order[a:b]].sum()) for a, b in zip(edges, edges[1:])) / len(risk)


def binned_r2():
    order = np.argsort(risk, kind="stable")
    size = int(np.floor(np.sqrt(len(risk))))
    parts = [order[at : at + size] for at in range(0, len(order), size)]
    return stats.pearsonr([risk[p].mean() for p in parts], [wrong[p].mean() for p in parts])[0] ** 2


cases["risk"] = {
    "risk": listed(risk),
    "wrong": listed(wrong),
    "reliability": reliability("uniform"),
    "eceWidth": ece_width(),
    "eceMass": ece_mass(),
    "binnedR2": binned_r2(),
    "brier": metrics.brier_score_loss(wrong, risk),
    "auroc": metrics.roc_auc_score(wrong, risk),
    "averagePrecision": metrics.average_precision_score(wrong, risk),
}

# BCa from given replicates
sample = rng.gamma(0.7, size=30)
replicates = np.sort(rng.choice(sample, (2000, 30)).mean(1))
low, high, acceleration = _bca_interval(
    (sample,), lambda x, axis: x.mean(axis), -1, 0.025, replicates, None, np
)
cases["bca"] = {
    "sample": listed(sample),
    "replicates": listed(replicates),
    "acceleration": float(np.squeeze(acceleration)),
    "interval": [float(np.percentile(replicates, 100 * float(np.squeeze(p)))) for p in (low, high)],
    "percentile": listed(np.percentile(replicates, [2.5, 97.5])),
}

# Permutation, exact
d = rng.normal(0.3, 1, 12)
first, second = rng.normal(0.5, 1, 7), rng.normal(0, 1, 8)
ties = rng.integers(-2, 3, 10).astype(float)


def paired(x, alternative):
    return stats.permutation_test(
        (x,),
        np.mean,
        permutation_type="samples",
        n_resamples=np.inf,
        alternative=alternative,
        vectorized=True,
    ).pvalue


def two_sample(alternative):
    return stats.permutation_test(
        (first, second),
        lambda x, y, axis: x.mean(axis) - y.mean(axis),
        permutation_type="independent",
        n_resamples=np.inf,
        alternative=alternative,
        vectorized=True,
    ).pvalue


alternatives = ("two-sided", "greater", "less")
cases["permutation"] = {
    "differences": listed(d),
    "ties": listed(ties),
    "first": listed(first),
    "second": listed(second),
    "paired": {a: float(paired(d, a)) for a in alternatives},
    "pairedTies": {a: float(paired(ties, a)) for a in alternatives},
    "twoSample": {a: float(two_sample(a)) for a in alternatives},
}

# McNemar
cases["mcnemar"] = [
    {
        "b": b,
        "c": c,
        "exact": min(1.0, float(contingency_tables.mcnemar([[50, b], [c, 40]], exact=True).pvalue)),
    }
    for b, c in ((0, 1), (1, 9), (4, 4), (12, 25), (60, 30))
]

# Equivalence
shift = rng.normal(0.05, 0.5, 40)
p, *_ = weightstats.DescrStatsW(shift).ttost_mean(-0.2, 0.2)
cases["equivalence"] = {
    "differences": listed(shift),
    "low": -0.2,
    "high": 0.2,
    "p": float(p),
    "interval": listed(weightstats.DescrStatsW(shift).tconfint_mean(0.1)),
}

# Agreement
ratings = np.full((60, 4), -1)
truth = rng.integers(0, 5, 60)
for u in range(60):
    for r in range(4):
        if rng.random() < 0.75:
            ratings[u, r] = (
                truth[u] if rng.random() < 0.6 else min(4, max(0, truth[u] + rng.integers(-2, 3)))
            )
numbers = np.where(ratings < 0, np.nan, ratings * 1.7 + rng.normal(0, 0.3, ratings.shape) + 100)
data = np.where(ratings < 0, np.nan, ratings.astype(float)).T
a, b = rng.integers(0, 4, 150), None
b = np.where(rng.random(150) < 0.6, a, rng.integers(0, 4, 150))
cases["agreement"] = {
    "units": 60,
    "raters": 4,
    "ratings": listed(ratings.ravel()),
    "numbers": [None if np.isnan(x) else float(x) for x in numbers.ravel()],
    "nominal": krippendorff.alpha(data, level_of_measurement="nominal"),
    "ordinal": krippendorff.alpha(data, level_of_measurement="ordinal"),
    "interval": krippendorff.alpha(data, level_of_measurement="interval"),
    "numbersInterval": krippendorff.alpha(numbers.T, level_of_measurement="interval"),
    "first": listed(a),
    "second": listed(b),
    "kappa": {
        w or "none": metrics.cohen_kappa_score(a, b, weights=w)
        for w in (None, "linear", "quadratic")
    },
}

# Hypergeometric tails
cases["hypergeometric"] = [
    {
        "k": k,
        "items": N,
        "marked": M,
        "drawn": n,
        "cdf": float(stats.hypergeom.cdf(k, N, M, n)),
        "upper": float(stats.hypergeom.sf(k - 1, N, M, n)),
    }
    for N, M, n in ((20, 7, 12), (500, 3, 60), (500, 480, 60), (10**6, 20000, 50000))
    for k in (0, 1, 2, 6, 11, 55, 960, 1040)
    if k <= n
]


# Tango's score interval by maximising the likelihood under the constraint numerically
def tango(b, c, n, level):
    z2 = stats.chi2.ppf(level, 1)

    def score2(delta):
        # Cells: p_b = q + delta, p_c = q, the rest 1 - 2q - delta.
        lo, hi = max(0, -delta), (1 - delta) / 2
        best = optimize.minimize_scalar(
            lambda q: -(
                b * np.log(max(q + delta, 1e-300))
                + c * np.log(max(q, 1e-300))
                + (n - b - c) * np.log(max(1 - 2 * q - delta, 1e-300))
            ),
            bounds=(lo, hi),
            method="bounded",
            options={"xatol": 1e-13},
        )
        q = best.x
        return (b - c - n * delta) ** 2 / (n * (2 * q + delta - delta**2)) - z2

    estimate = (b - c) / n
    return [
        optimize.brentq(score2, -1 + 1e-9, estimate - 1e-9, xtol=1e-12),
        optimize.brentq(score2, estimate + 1e-9, 1 - 1e-9, xtol=1e-12),
    ]


cases["tango"] = [
    {"secondOnly": b, "firstOnly": c, "n": n, "level": level, "interval": tango(b, c, n, level)}
    for b, c, n in ((3, 1, 44), (12, 25, 300), (40, 90, 2000), (5, 5, 20))
    for level in (0.9, 0.95)
]

out = pathlib.Path(__file__).parents[2] / "src/measure/measure.reference.json"
out.write_text(
    json.dumps(
        {
            "source": "scikit-learn, scipy.stats, statsmodels, krippendorff",
            "version": ", ".join(
                f"{name} {version(name)}"
                for name in ("scikit-learn", "scipy", "statsmodels", "krippendorff", "numpy")
            ),
            "script": "scripts/reference/measure.py",
            "seed": SEED,
            "dtype": "float64",
            "rtol": 1e-9,
            "cases": cases,
        }
    )
    + "\n"
)
