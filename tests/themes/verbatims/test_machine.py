"""What a machine learns of labelled texts, and how it is measured."""

import numpy as np
import pandas as pd
import pytest
from tests.texts import invented

from observlib.stats.survey.intervals import prevalence
from observlib.themes.verbatims import machine


def test_words_are_brought_together_and_marks_of_personal_data_taught_nothing():
    assert machine.words("Passeports [nom de famille] REFUSÉS…") == ["passeport", "refusé"]
    assert machine.words("06 [téléphone] !") == ["!"]


def test_what_is_learnt_is_guessed_of_other_texts():
    taught, others = invented(200), invented(100, seed=1)
    guesses = machine.guess(taught["text"], taught["feeling"], others["text"])
    assert (guesses == others["feeling"]).mean() > 0.95


def test_a_label_that_words_do_not_tell_is_guessed_no_better_than_by_chance():
    texts = invented(300)
    luck = texts["feeling"].sample(frac=1, random_state=3).reset_index(drop=True)
    found = machine.measure([*texts["text"]], luck)
    assert 0.35 < found.f1 < 0.6


def test_the_same_words_are_never_learnt_and_guessed():
    """Each text is there twice, with a label of its own: only its double could tell it."""
    source = pd.Series(range(120)).sample(frac=1, random_state=2)
    texts = [f"mot{chr(97 + n // 26)}{chr(97 + n % 26)} commun" for n in range(120)] * 2
    labels = ["oui" if n % 2 else "non" for n in source] * 2
    found = machine.measure(texts, labels)
    assert found.f1 < 0.6


def test_the_baseline_and_the_confusion_are_those_of_the_labels():
    texts = invented(200)
    found = machine.measure([*texts["text"]], texts["anger"])
    commonest = texts["anger"].value_counts().max()
    share = commonest / 200
    assert found.baseline == pytest.approx(2 * share / (1 + share) / 2)
    assert found.confusion.sum(axis=1).tolist() == pytest.approx([1, 1])
    assert found.n.sum() == 200 and found.f1 > 0.8


def test_the_same_texts_teach_the_same():
    texts = invented(150)
    one, two = (machine.measure([*texts["text"]], texts["feeling"]) for _ in range(2))
    assert one.f1 == two.f1 and one.confusion.equals(two.confusion)


def test_a_label_on_few_texts_is_not_learnt():
    labels = ["yes"] * 19 + ["no"] * 200
    assert not machine.can_learn(pd.Series(labels))
    assert machine.can_learn(pd.Series([*labels, "yes"]))
    assert not machine.can_learn(pd.Series(labels[:60]))


@pytest.mark.slow
def test_real_texts_are_guessed_as_well_as_was_measured(shared_data):
    """The least that is asked: what other ways of counting words reached on the same texts."""
    from tools.texts import FOLDER, labelled

    least = {"Ressenti": 0.647, "Injustice": 0.668, "Colère": 0.681}
    for name, texts, labels in labelled(shared_data / FOLDER):
        if name in least:
            found = machine.measure([*texts], labels)
            assert found.f1 >= least[name], name
            assert found.f1 > found.baseline + 0.2, name


@pytest.mark.slow
def test_intervals_hold_the_share_of_real_texts_that_a_real_machine_guesses(shared_data):
    """Half of the texts teach; of the others, whose codes are known, 100 are drawn and read."""
    from tools.texts import FOLDER, labelled

    source = np.random.default_rng(4)
    for name, texts, labels in labelled(shared_data / FOLDER):
        if name not in ("Injustice", "Colère"):
            continue
        mixed = source.permutation(len(texts))
        taught, others = mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]
        words, codes = texts.to_numpy(object), labels.to_numpy(object)
        guesses = machine.guess(words[taught], codes[taught], words[others]) == "oui"
        true = codes[others] == "oui"
        held, width, alone = 0, 0.0, 0.0
        for _ in range(1_000):
            read = source.permutation(len(true))[:100]
            found = prevalence(true[read], guesses[read], int(guesses.sum()), len(true))
            held += found.low <= true.mean() <= found.high
            width += found.high - found.low
            alone += found.hand_high - found.hand_low
        assert 0.93 <= held / 1_000 <= 0.97, name
        assert width < 0.95 * alone, name
