"""Posteriors of multinomial naive Bayes, from scikit-learn: src/propose/naive-bayes.reference.json.

Run: pip install scikit-learn && python scripts/reference/naive-bayes.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

SEED = 11
rng = np.random.default_rng(SEED)
WORDS = "offer free cash meeting lunch kernel patch café straße naïve 2024 don't re_run a I".split()


def texts(n):
    return [" ".join(rng.choice(WORDS, size=rng.integers(1, 12))).title() + "!" for _ in range(n)]


cases = []
for classes, alpha in [(["ham", "spam"], 1.0), (["ham", "news", "spam"], 1.0), (["ham", "spam"], 0.1)]:
    train = texts(30)
    labels = [classes[i % len(classes)] for i in range(30)]
    test = texts(12) + ["nothing known here", ""]
    vectorizer = CountVectorizer()
    counts = vectorizer.fit_transform(train)
    model = MultinomialNB(alpha=alpha).fit(counts, labels)
    cases.append(
        {
            "classes": classes,
            "alpha": alpha,
            "train": [{"text": t, "label": y} for t, y in zip(train, labels)],
            "vocabulary": vectorizer.get_feature_names_out().tolist(),
            "logPrior": model.class_log_prior_.tolist(),
            "logLikelihood": model.feature_log_prob_.tolist(),
            "test": test,
            "logPosterior": model.predict_log_proba(vectorizer.transform(test)).tolist(),
        }
    )

out = {
    "source": "MultinomialNB on CountVectorizer's default tokens",
    "version": f"scikit-learn {sklearn.__version__}",
    "script": "scripts/reference/naive-bayes.py",
    "seed": SEED,
    "dtype": "float64",
    "rtol": 1e-12,
    "cases": cases,
}
path = pathlib.Path("src/propose/naive-bayes.reference.json")
path.write_text(json.dumps(out, ensure_ascii=False) + "\n")
