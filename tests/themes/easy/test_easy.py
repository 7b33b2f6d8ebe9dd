"""Easy French: what is hard to read is named, and the page tells what the edition established."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from tests import said
from tests.records import sheets
from tests.words import plain

from observlib import estimates
from observlib.base.period import Quarter
from observlib.edition.make import page_markdown
from observlib.estimates import make_comparisons
from observlib.indicators import pairs as pair
from observlib.themes import easy, templates
from observlib.themes.easy import common, is_easy, reading_faults, sentences_of, terms

sentences = templates.narrative("easy")
TERMS = terms("Usager\n:   Toute personne.\n\nMédiane\n:   La moitié.\n")


def found(text, names=()):
    return list(reading_faults(text, names, TERMS))


def test_long_sentences_numbers_and_unexplained_words_are_told():
    words = "nous avons vu que les gens ont fait ce qui est bon pour nous tous"
    assert found(f"{words.removesuffix(' tous')}.") == []
    assert found(f"{words} ici.")[0].endswith("has 16 words; easy French has 15 at most")
    assert "has 2 numbers" in found("Il y a 3 sites et 4 pages.")[0]
    (told,) = found("La note est un quantile.")
    assert told.startswith("'quantile' of 'La note est un quantile.' is no common word")


@pytest.mark.parametrize(
    "text",
    ["8 personnes sur 10 ont réussi.", "La page arrive le 15 février 2027.",
     "Il y a eu 38\u202f000 appels.", "La note est 7 sur 10.", "Le 3939 répond 3 fois."],
)  # fmt: skip
def test_a_share_of_ten_a_date_and_a_name_are_not_two_numbers(text):
    assert found(text, ["3939"]) == []


def test_a_word_of_the_glossary_is_explained_once_and_a_product_never():
    assert found("Un **usager** est une personne. Les usagers sont là.") == []
    assert "explain it there, in bold" in found("Les usagers sont là. Un **usager** est ici.")[0]
    text = "**Légifrance**\\\nLa note [a bougé](x.ipynb).\n\n::: {.easy}\nOui.\n:::"
    assert found(text, ["Légifrance"]) == []
    assert sentences_of(text)[0] == "**Légifrance**"


def test_the_list_of_words_is_of_some_hundreds_with_their_forms_and_none_of_the_trade():
    assert is_easy("Vouliez-vous les plus belles chaises, est-ce que c'est vrai ?")
    assert 500 < len(common()) < 1500
    assert common().isdisjoint({"usager", "médiane", "indicateur", "statistique", "dispositif"})


ROOT = Path(__file__).parents[3]
PAGE = ROOT / "notebooks" / "facile.ipynb"
GLOSSARY = (ROOT / "reports" / "glossaire.qmd").read_text(encoding="utf-8")
NOW, THEN = "2026-T3", "2025-T3"
SURE = estimates.make([])  # no calculation is told of any mark


def row(indicator: str, value: float, period: str = NOW, **more: Any) -> dict[str, Any]:
    known = {"product": "boamp", "channel": "web", "device": "d", "unit": "visites"}
    return {"indicator": indicator, "estimate": value, "period": period, **known, **more}


def pairs(catalogue: Any, frame: pd.DataFrame) -> pd.DataFrame:
    return make_comparisons(pair.tested(catalogue, pair.counted_pairs(frame, Quarter(NOW))))


def test_the_page_of_the_demonstration_is_easy_to_read(catalogue):
    text = page_markdown(nbformat.read(PAGE, as_version=4))
    text += "L'essentiel en français facile\nQue font et que disent ceux qui les utilisent ?"
    assert list(easy.reading_faults(text, easy.names_of(catalogue), easy.terms(GLOSSARY))) == []
    assert len(easy.sentences_of(text)) > 40


def test_no_line_that_data_may_call_for_stops_the_page_for_a_hard_word():
    for name in ("sentences.j2", "sentences.md.j2"):
        template = Path(easy.__file__).with_name(name).read_text(encoding="utf-8")
        lines = re.sub(r"(?s)/\*.*?\*/|{%.*?%}", "", template)
        text = re.sub(r"{{.*?}}", "cela", lines)
        assert list(easy.reading_faults(text, terms_=easy.terms(GLOSSARY))) == []


def test_a_change_that_chance_may_have_made_is_not_told(catalogue):
    *earlier, _ = map(str, Quarter(NOW).back(13))
    for usual, is_told in ((1.1, False), (1.0, True)):  # times as many in every other year
        counts = [1e6 * usual ** (place // 4 % 2) for place in range(12)]
        known = [row("visits", x, period) for x, period in zip(counts, earlier, strict=True)]
        frame = estimates.make([*known, row("visits", 1.1e6)])
        told = sentences.visits(frame, pairs(catalogue, frame), catalogue, NOW)
        assert ("C'est plus" in told) == is_told


def test_nothing_established_is_said_and_a_mark_that_may_not_be_told_is_not(catalogue):
    nothing = make_comparisons(None)
    first = sentences.headline(nothing, SURE, catalogue)
    assert first == sentences.changes(nothing, SURE, catalogue) != ""
    weak = estimates.make([row("satisfaction_10", 7.0, unit="sur 10", status="low_base")])
    assert not sentences.marks(weak, nothing, SURE, catalogue, NOW)


def of_each(catalogue: Any, indicator: str, values: list[float], **more: Any) -> pd.DataFrame:
    products = list(catalogue.products)[: len(values)]
    rows = zip(products, values, strict=True)
    return estimates.make(row(indicator, x, product=one, **more) for one, x in rows)


def success(*shares: float) -> Any:
    return lambda c: sentences.success(
        of_each(c, "task_success_share", [*shares], unit="%"), c, NOW
    )


CASES: said.Cases = {
    "shares of ten persons": lambda c: [success(x)(c) for x in (3.0, 62.0, 97.0)],
    "six services by their ends": success(52.0, 61, 70, 62, 48, 63),
}
test_what_is_said_of_a_share = said.test("easy", CASES)


def test_a_title_that_is_hard_to_read_is_left_out_but_the_change_is_told(catalogue):
    def told(title: str) -> str:
        action = sheets.action(id="a", title=title, date="2026-02-01")
        verdict = {"action": "a", "verdict": "unknown", "direction": "up"}
        return sentences.done(pd.DataFrame([verdict]), [action], catalogue, NOW)

    assert "Le menu est plus clair" in told("Le menu est plus clair")
    hard = told("Les microservices sont mutualisés")
    assert "microservices" not in hard and "Depuis février 2026, ce service a changé." in hard


@pytest.mark.parametrize("services", [1, 6])
def test_who_reads_easy_french_is_told_of_a_change_that_is_fragile(catalogue, services):
    known = {"unit": "sur 10", "n": 2000, "n_eff": 2000}
    known |= {"ci_low": 7.9, "ci_high": 8.1}
    marks = of_each(catalogue, "satisfaction_10", [8.0] * services, **known)
    then = marks.assign(period=THEN, estimate=7.0, ci_low=6.9, ci_high=7.1)
    frame = pd.concat([then, marks])
    moved = make_comparisons(
        pair.tested(catalogue, pair.across_periods(frame, catalogue, NOW, THEN))
    )
    first = {"product": marks["product"].iat[0], "unit": "calculs"}
    counts = {"specifications": 54.0, "specifications_held": 20.0}
    sure = estimates.make(row(name, x, **first) for name, x in counts.items())
    doubt = "Mais nous n'en sommes pas sûrs."
    for told in (
        sentences.headline(moved.head(1), sure, catalogue),
        sentences.changes(moved, sure, catalogue),
        sentences.marks(marks, moved, sure, catalogue, NOW),
    ):
        assert plain(told).count(doubt) == 1
    assert doubt not in plain(sentences.marks(marks, moved, SURE, catalogue, NOW))
