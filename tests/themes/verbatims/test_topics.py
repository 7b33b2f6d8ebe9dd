"""Themes of texts: those that come again, told by words that many texts have."""

import pandas as pd
import pytest
from tests.texts import SUBJECTS, invented

from observlib.themes.verbatims import machine


@pytest.fixture(scope="module")
def texts() -> pd.DataFrame:
    return invented(400).drop_duplicates("text").reset_index(drop=True)


def test_subjects_are_found_as_themes_that_last(texts, monkeypatch):
    monkeypatch.setattr(machine, "_EVERYWHERE", 0.5)
    found = machine.themes(texts["text"])
    assert found is not None and len(found.themes) >= 3
    assert (found.themes["stability"] >= machine.STABLE).all()
    assert found.themes["texts"].is_monotonic_decreasing
    for subject in SUBJECTS:  # each has a theme that is its own
        own = pd.Series(found.of_text)[(texts["subject"] == subject) & (found.of_text >= 0)]
        other = pd.Series(found.of_text)[(texts["subject"] != subject) & (found.of_text >= 0)]
        main = own.mode()[0]
        assert (other == main).mean() < (own == main).mean()


def test_the_same_texts_in_another_order_give_the_same_themes(texts, monkeypatch):
    monkeypatch.setattr(machine, "_EVERYWHERE", 0.5)
    one = machine.themes(texts["text"])
    mixed = texts["text"].sample(frac=1, random_state=5)
    two = machine.themes(mixed)
    assert one is not None and two is not None
    pd.testing.assert_frame_equal(one.themes, two.themes)
    assert pd.Series(two.of_text, mixed.index).sort_index().tolist() == one.of_text.tolist()


def test_no_word_of_fewer_than_eleven_texts_names_a_theme(texts, monkeypatch):
    monkeypatch.setattr(machine, "_EVERYWHERE", 0.5)
    rare = texts["text"].copy()
    rare.iloc[:10] += " Trifouillis"
    found = machine.themes(rare)
    assert found is not None and "trifouillis" not in " ".join(found.themes["name"])
    rare.iloc[:120] += " zanzibar"
    found = machine.themes(rare)
    assert found is not None and "zanzibar" in " ".join(found.themes["name"])


def test_texts_of_chance_have_no_theme_that_lasts():
    import numpy as np

    source = np.random.default_rng(0)
    alphabet = [f"mot{a}{b}" for a in "abcdef" for b in "abcdef"]
    texts = pd.Series([" ".join(source.choice(alphabet, 5, replace=False)) for _ in range(300)])
    found = machine.themes(texts)
    assert found is not None
    assert len(found.themes) <= 1 and found.unstable >= 1


def test_few_texts_or_texts_without_common_words_have_no_theme(texts):
    assert machine.themes(texts["text"].head(99)) is None
    import string

    apart = pd.Series([f"{a}{b}xyz {b}{a}uvw" for a in string.ascii_lowercase[:11]
                       for b in string.ascii_lowercase[:11]])  # fmt: skip
    assert machine.themes(apart) is None
