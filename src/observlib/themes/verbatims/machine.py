"""A machine that learns, from texts that people labelled, to label others as they would.

Words are brought to their dictionary form (simplemma) and counted, alone and in pairs, by how much
they tell a text from the others (TF-IDF); a logistic regression learns from them. All of it is made
anew from the texts of the store: no model is shipped. `tools/texts.py` measures it on real ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

_FOLDS = 5
LEAST = 100  # labelled texts, below which nothing is learnt
_LEAST_OF_A_LABEL = 20
MOST = 10_000  # texts that it learns from, the latest: more teach it little and take long
_MARK = re.compile(r"\[[^\[\]]*\]")  # what stands for personal data, and is no word of anybody
_WORD = re.compile(r"[^\W\d_]{2,}|[!?]")
_Labels = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Measured:
    """How often a machine guesses the labels of texts that it has not learnt from.

    `f1` is the mean, over labels, of the harmonic mean of precision and recall (macro-F1), and
    `baseline` that of one which always guesses the commonest label. `confusion` has a row a label
    and a column a guess: shares of the label's texts. `n` are the texts of each label.
    """

    f1: float
    baseline: float
    confusion: pd.DataFrame
    n: pd.Series


def installed() -> bool:
    """Whether what learning and themes take is there: the extra `text`."""
    return all(find_spec(name) for name in ("simplemma", "sklearn"))


def words(text: str) -> list[str]:
    """The words of a text in their dictionary form, without what stands for personal data.

    Examples
    --------
    >>> words("Les démarches de [nom] étaient refusées !")
    ['le', 'démarche', 'de', 'être', 'refusé', '!']
    """
    return [_lemma(word) for word in _WORD.findall(_MARK.sub(" ", text).lower())]


@lru_cache(200_000)
def _lemma(word: str) -> str:
    from simplemma import lemmatize

    return word if len(word) == 1 else str(lemmatize(word, lang="fr")).lower()


def word_weights(**settings: Any) -> Any:
    """What weighs words by TF-IDF, of texts that `spelled` wrote: a transformer of scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    reading = {"tokenizer": str.split, "token_pattern": None, "lowercase": False}
    return TfidfVectorizer(**reading, sublinear_tf=True, **settings)


def spelled(texts: Iterable[str]) -> _Labels:
    """The words of each text, as one text."""
    return _objects(map(_spelled, texts))


@lru_cache(50_000)  # each question asks for the same texts
def _spelled(text: str) -> str:
    return " ".join(words(text))


def guess(texts: Iterable[str], labels: Iterable[str], others: Iterable[str]) -> _Labels:
    """The labels of other texts, as a machine guesses them that has learnt those of some texts."""
    taught = _machine().fit(spelled(texts), _objects(labels))
    return _objects(taught.predict(spelled(others)))


def _machine() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    # parts of words (2 to 5 letters) were tried too: six times as long, and no better
    return make_pipeline(
        word_weights(ngram_range=(1, 2), min_df=2),
        LogisticRegression(C=1.0, class_weight="balanced", max_iter=1_000),
    )


def _objects(values: Iterable[str]) -> _Labels:
    return np.array([*values], dtype=object)


def can_learn(labels: pd.Series) -> bool:
    """Whether there are enough texts, and enough of each label, to learn from.

    Examples
    --------
    >>> can_learn(pd.Series(["yes"] * 80 + ["no"] * 20)), can_learn(pd.Series(["yes"] * 200))
    (True, False)
    """
    counts = labels.value_counts()
    return len(labels) >= LEAST and len(counts) > 1 and bool(counts.min() >= _LEAST_OF_A_LABEL)


def measure(texts: Sequence[str], labels: Iterable[str]) -> Measured:
    """Guess the labels of each fifth of some texts by a machine that learnt the other four.

    The same words are never on both sides, so that no text is guessed from its double.
    """
    from sklearn.metrics import confusion_matrix, f1_score
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

    true = _objects(labels)
    read = spelled(texts)
    same = pd.factorize(read)[0]
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0)
    guesses = cross_val_predict(_machine(), read, true, groups=same, cv=folds)
    names = sorted(set(true))
    commonest = np.full(len(true), pd.Series(true).value_counts().index[0], dtype=object)
    shares = confusion_matrix(true, guesses, labels=names, normalize="true")
    return Measured(
        f1=float(f1_score(true, guesses, average="macro")),
        baseline=float(f1_score(true, commonest, average="macro", zero_division=0)),
        confusion=pd.DataFrame(shares, index=names, columns=names),
        n=pd.Series(true).value_counts().reindex(names),
    )
