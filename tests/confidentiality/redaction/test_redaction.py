"""Texts are redacted once for all, quickly, and what is left may be stored."""

import time
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.confidentiality.redaction.measure import LEARNT, UNSEEN, texts
from tests.examples import examples

from observlib.base.personal import held
from observlib.confidentiality.redaction import (
    LONGEST_TEXT,
    Unreadable,
    names,
    personal_spans,
    redact,
)
from observlib.confidentiality.redaction.text import REDACTION_MARKS

CASES = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
TEXTS = [text for path in LEARNT + UNSEEN for text, _ in texts(path)]
PIECES = (
    *("Mme ", "M. ", "Jean ", "DUPONT ", "de la ", "né le ", "12/03/1985", " 12 rue des Lilas "),
    *("75011 Paris", "06 12 34 56 78", "zoe@exemple.fr", " (at) ", " point ", "dossier n° ", "\n"),
    *("123456789012", "A", "[nom]", "[adresse]", "&#233;", "\u200b", "&", "[", "]", "FR76 ", "1 "),
    *("https://exemple.fr/?token=", "\uf300", "cordialement, ", ", ", "et ", "mes enfants ", "'"),
)


@pytest.mark.parametrize(("text", "expected"), CASES["replaced"])
def test_a_person_s_words_are_replaced_by_what_they_were(text, expected):
    assert redact(text) == expected


@pytest.mark.parametrize(("text", "name"), CASES["names"])
def test_a_name_in_a_run_of_capitals_begins_and_ends_where_it_does(text, name):
    assert [text[start:end] for start, end in names.names(text)] == ([name] if name else [])


@pytest.mark.parametrize("text", CASES["left alone"])
def test_law_forms_amounts_and_things_stay_as_they_are(text):
    assert redact(text) == text


@pytest.mark.parametrize("text", TEXTS[::21])
def test_a_second_redaction_changes_nothing_and_the_rest_may_be_stored(text):
    once = redact(text)
    assert redact(once) == once
    assert held(once) is None


@examples(300)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=25).map("".join))
def test_whatever_is_written_is_redacted_once_for_all(text):
    once = redact(text)
    assert redact(once) == once
    spans = personal_spans(text)
    assert all(
        span.kind in REDACTION_MARKS and 0 <= span.start < span.end <= len(text) for span in spans
    )
    assert all(one.end <= two.start for one, two in pairwise(spans))


@pytest.mark.parametrize("piece", [*PIECES, "a", "1", "@", "a.", "-", ":", "é", "Jean-", "bât A "])
def test_a_hostile_text_takes_a_time_in_proportion_to_its_length(piece):
    """Eight times as long a text must not take sixty-four times as long: a ratio of one run."""

    def seconds(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        start = time.process_time()
        redact(text)
        return time.process_time() - start

    # other work may disturb a run
    assert any(seconds(16_000) < 24 * max(seconds(2_000), 0.01) for _ in range(3))


@pytest.mark.slow
@pytest.mark.parametrize("piece", PIECES)
def test_a_text_of_20_000_signs_is_redacted_and_a_longer_one_is_refused(piece):
    text = (piece * LONGEST_TEXT)[:LONGEST_TEXT]
    once = redact(text)
    assert redact(once[:LONGEST_TEXT]) == once[:LONGEST_TEXT]
    with pytest.raises(Unreadable, match="more than 20000 signs"):
        redact(text + "a")


@pytest.mark.parametrize(
    "piece", ["Mme Aa ", "Mme Aa Mr ", "Agent Aa ", "M. de La ", "Aa Mme Bb et "]
)
def test_names_in_one_run_of_capitals_do_not_hold_ingestion_by_a_reading_each(piece):
    assert len(_readings(piece * 400)) <= 4


@pytest.mark.parametrize("piece", ["12 rue é.", "001.", "Aa Cordialement, "])
def test_a_text_of_which_every_reading_finds_one_thing_more_is_refused_whole(piece):
    readings: list[int] = []
    with pytest.raises(Unreadable, match="too often"):
        _readings(piece * 400, readings)
    assert sum(readings) <= 5 * LONGEST_TEXT


def _readings(text: str, lengths: list[int] | None = None) -> list[int]:
    """How many signs each reading of a text has."""
    found = [] if lengths is None else lengths
    redact(text, lambda read: found.append(len(read)) or ())
    return found


@pytest.mark.parametrize("text", [
    "Mon compte : FR76 9999 9784 9504 3131 5867 489.",  # an ISBN stands within it
    "Prélèvement de la TVA, nouveau FR7699999069360426564040105.",
])  # fmt: skip
def test_an_account_goes_though_it_looks_like_a_book_or_a_tax_number(text):
    assert redact(text).endswith("[compte bancaire].")
