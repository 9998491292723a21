"""Hashed text features of scikit-learn: src/num/text-features.reference.json.

Run: pip install scikit-learn && python scripts/reference/num-text-features.py
"""

import json
import pathlib

import sklearn
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.utils import murmurhash3_32

TEXTS = [
    "Click here NOW, click here: $$$ 1,000,000 dollars!!!",
    "Re: [exmh-users] the cat's e-mail; a_b c3po x 42",
    "",
    "a b c . - !",
    "Größe ΣΊΣΥΦΟΣ naïve café ÉCOLE İstanbul",
    "日本語 のテキスト 2024年 ½ ⅷ ٣٤ 𝒜𝒷𝒸 😀😀 word😀word",
    "combining e\u0301e\u0301 zero\u200bwidth non\u00a0breaking soft\u00adhyphen",
    "same same same same other other once",
    "http://192.168.0.1/~user/index.html?q=free+money&x=1 user@example.com",
]
HASHED = ["", "a", "ab", "abc", "abcd", "abcde", "click here", "größe", "日本語", "x" * 37]


def rows(matrix):
    matrix = matrix.tocsr()
    matrix.sort_indices()
    return [
        {
            "indices": matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]].tolist(),
            "values": matrix.data[matrix.indptr[i] : matrix.indptr[i + 1]].tolist(),
        }
        for i in range(matrix.shape[0])
    ]


def counts(**options):
    return HashingVectorizer(norm=None, **options).transform(TEXTS)


unsigned = counts(n_features=4096, alternate_sign=False)
bigrams = counts(n_features=1000, alternate_sign=False, ngram_range=(1, 2))
signed = counts(n_features=64, alternate_sign=True, ngram_range=(1, 3))
signed.eliminate_zeros()
sublinear = TfidfTransformer(norm="l2", use_idf=False, sublinear_tf=True)
log_tf = sublinear.fit_transform(unsigned.copy())
tfidf = TfidfTransformer(norm="l2").fit_transform(unsigned.copy())

out = {
    "source": "HashingVectorizer, TfidfTransformer, murmurhash3_32",
    "version": f"scikit-learn {sklearn.__version__}",
    "script": "scripts/reference/num-text-features.py",
    "seed": 0,
    "dtype": "float64",
    "rtol": 1e-6,
    "cases": [
        {"name": "unsigned", "buckets": 4096, "ngrams": [1, 1], "rows": rows(unsigned)},
        {"name": "bigrams", "buckets": 1000, "ngrams": [1, 2], "rows": rows(bigrams)},
        {"name": "signed", "buckets": 64, "ngrams": [1, 3], "rows": rows(signed)},
        {"name": "log-tf", "buckets": 4096, "ngrams": [1, 1], "rows": rows(log_tf)},
        {"name": "tf-idf", "buckets": 4096, "ngrams": [1, 1], "rows": rows(tfidf)},
    ],
    "texts": TEXTS,
    "tokens": [HashingVectorizer().build_analyzer()(text) for text in TEXTS],
    "murmur3": [{"text": t, "hash": murmurhash3_32(t, seed=0)} for t in HASHED],
}
pathlib.Path("src/num/text-features.reference.json").write_text(json.dumps(out) + "\n")
