"""A machine that learns, from texts that people labelled, to label others as they would.

Dictionary forms of words (simplemma), alone and in pairs, by TF-IDF; a logistic regression learns
from them. No model is shipped. `tools/texts.py` measures it on real texts.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from observlib.base.text import words_of_list
from observlib.estimates import MINIMUM_PEOPLE

_FOLDS = 5
LEAST_LABELLED = 100  # labelled texts, below which nothing is learnt
_LEAST_OF_A_LABEL = 20
MOST_LEARNT = 10_000  # texts that it learns from, the latest: more teach it little and take long
_MARK = re.compile(r"\[[^\[\]]*\]")  # what stands for personal data, and is no word of anybody
_WORD = re.compile(r"[^\W\d_]{2,}|[!?]")
_Labels = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Measured:
    """How often a machine guesses the labels of texts that it has not learnt from.

    `f1` is macro-F1, and `baseline` that of always guessing the commonest label. `confusion` has a
    row a label and a column a guess: shares of the label's texts. `n` are the texts of each label.
    """

    f1: float
    baseline: float
    confusion: pd.DataFrame
    n: pd.Series


def installed() -> bool:
    """Whether what learning and themes take is there: the extra `text`."""
    return all(find_spec(name) for name in ("simplemma", "sklearn"))


def words(text: str) -> list[str]:
    """The words of a text in their dictionary form, without what stands for personal data."""
    return [_lemma(word) for word in _WORD.findall(_MARK.sub(" ", text).lower())]


@lru_cache(200_000)
def _lemma(word: str) -> str:
    from simplemma import lemmatize

    return word if len(word) == 1 else str(lemmatize(word, lang="fr")).lower()


def word_weights(**settings: Any) -> Any:
    """What weighs words of `normalised_words` by TF-IDF: a transformer of scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    reading = {"tokenizer": str.split, "token_pattern": None, "lowercase": False}
    return TfidfVectorizer(**reading, sublinear_tf=True, **settings)


def normalised_words(texts: Iterable[str]) -> _Labels:
    """The words of each text, as one text."""
    return _objects(map(_spelled, texts))


@lru_cache(50_000)  # each question asks for the same texts
def _spelled(text: str) -> str:
    return " ".join(words(text))


def guess(texts: Iterable[str], labels: Iterable[str], others: Iterable[str]) -> _Labels:
    """The labels of other texts, as a machine guesses them that has learnt those of some texts."""
    taught = _machine().fit(normalised_words(texts), _objects(labels))
    return _objects(taught.predict(normalised_words(others)))


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
    """Whether there are enough texts, and enough of each label, to learn from."""
    counts = labels.value_counts()
    return (
        len(labels) >= LEAST_LABELLED
        and len(counts) > 1
        and bool(counts.min() >= _LEAST_OF_A_LABEL)
    )


def measure(texts: Sequence[str], labels: Iterable[str]) -> Measured:
    """Guess the labels of each fifth of some texts by a machine that learnt the other four.

    The same words are never on both sides, so that no text is guessed from its double.
    """
    from sklearn.metrics import confusion_matrix, f1_score
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

    true = _objects(labels)
    read = normalised_words(texts)
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


# --- What texts speak of: themes that come again when other texts are drawn

LEAST_OF_TOPICS = 100  # texts, below which no theme is looked for
MOST_OF_TOPICS = 5_000  # the latest texts, of which themes are sought
STABLE = 0.7  # likeness of a theme to itself in other draws, from 0 to 1, from which it lasts
_SIZES = range(2, 11)
_DRAWS = 10
_TOLD = 4  # words that name a theme
_EVERYWHERE = 0.2  # share of the texts from which a word is in too many to tell of any
_Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Themes:
    """Themes that last, and how near each text is to each.

    `themes` has a row a theme: `name`, its words, `stability` and how many `texts` are of it first.
    `of_text` is the theme of each text (its place, −1: none), `nearness` from 0 to 1. `unstable`
    themes were found and are not told.
    """

    themes: pd.DataFrame
    of_text: npt.NDArray[np.int_]
    nearness: _Floats
    unstable: int


def find_themes(texts: pd.Series) -> Themes | None:
    """The themes of some texts, in whatever order these come; nothing where they are too few."""
    if len(texts) < LEAST_OF_TOPICS:
        return None
    from threadpoolctl import threadpool_limits

    order = np.argsort(texts.to_numpy(object), kind="stable")
    weigher = word_weights(min_df=MINIMUM_PEOPLE, max_df=_EVERYWHERE)
    try:
        weights = weigher.fit_transform(normalised_words(texts.to_numpy(object)[order]))
    except ValueError:  # no word is in eleven texts, and in no more than a fifth of them
        return None
    vocabulary = weigher.get_feature_names_out()
    joining = {*words_of_list(Path(__file__).with_name("joining_words.txt"))}
    kept = np.array([word not in joining and len(word) > 2 for word in vocabulary])
    weights, vocabulary = weights[:, kept], vocabulary[kept]
    if len(vocabulary) < max(_SIZES):
        return None
    with threadpool_limits(1):  # several add up in an order of their own
        size, stability = _size(weights)
        parts, profiles = _found(weights, size)
    lasting = np.flatnonzero(stability >= STABLE)
    first = np.where(parts.max(axis=1) > 0, parts.argmax(axis=1), -1)
    counts = np.bincount(first[first >= 0], minlength=size)
    told = [theme for theme in lasting if counts[theme] >= MINIMUM_PEOPLE]
    told.sort(key=lambda theme: -counts[theme])
    rows = pd.DataFrame(
        {
            "name": [_name(profiles[theme], vocabulary) for theme in told],
            "stability": [float(stability[theme]) for theme in told],
            "texts": [int(counts[theme]) for theme in told],
        }
    )
    place = {theme: at for at, theme in enumerate(told)}
    own = np.array([place.get(theme, -1) for theme in first])
    near = _likeness(weights, profiles)[np.arange(len(first)), np.maximum(first, 0)]
    back = np.argsort(order)
    return Themes(rows, own[back], near[back], size - len(lasting))


def _size(weights: Any) -> tuple[int, _Floats]:
    """How many themes give most that last, the fewest of equals; and how much each lasts."""
    source = np.random.default_rng(0)
    draws = [source.integers(0, weights.shape[0], weights.shape[0]) for _ in range(_DRAWS)]
    best: tuple[int, _Floats] | None = None
    for size in _SIZES:
        _, profiles = _found(weights, size)
        alike = [_matched(profiles, _found(weights[draw], size)[1]) for draw in draws]
        stability = np.mean(alike, axis=0)
        lasting = int((stability >= STABLE).sum())
        if best is None or lasting > int((best[1] >= STABLE).sum()):
            best = size, stability
    assert best is not None
    return best


def _found(weights: Any, size: int) -> tuple[_Floats, _Floats]:
    """How much of each theme each text has, and of each word each theme."""
    from sklearn.decomposition import NMF

    model = NMF(size, init="nndsvda", max_iter=2_000, tol=1e-3, random_state=0)
    return model.fit_transform(weights), model.components_


def _matched(profiles: _Floats, others: _Floats) -> _Floats:
    """The likeness of each theme to the one of another draw that is its own."""
    from scipy.optimize import linear_sum_assignment

    # from the mean of all words, which two themes of chance would share
    alike = _likeness(*(each - each.mean(axis=1, keepdims=True) for each in (profiles, others)))
    rows, columns = linear_sum_assignment(-alike)
    return alike[rows, columns]


def _likeness(one: Any, other: Any) -> _Floats:
    from sklearn.metrics.pairwise import cosine_similarity

    return np.asarray(cosine_similarity(one, other))


def _name(profile: _Floats, vocabulary: npt.NDArray[np.object_]) -> str:
    """The words that weigh most in a theme, which are in eleven texts at least."""
    heaviest = np.argsort(-profile, kind="stable")[:_TOLD]
    return ", ".join(str(vocabulary[word]) for word in heaviest if profile[word] > 0)
